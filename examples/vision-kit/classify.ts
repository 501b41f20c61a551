import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  accuracy,
  classificationReport,
  ConfusionMatrix,
  crossEntropy,
  Module,
  runner,
  seed,
  summary,
  supervised,
  type History,
  type Optimizer,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { confusionPicture } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { loader, toFloat, type SampleTransform } from '@portolan/data/node'
import { predictionGrid } from '@portolan/vision'
import { exportChecked } from './export-checked.ts'
import type { Images } from './image-data.ts'
import { report, say, thousands } from './report.ts'
import type { RunOptions } from './run-options.ts'
import { train } from './train.ts'

export type Classes = Module & { forward(x: Tensor): Tensor }

export interface ClassifyOptions<M extends Classes> {
  readonly images: Images
  readonly model: (classes: number) => M
  /** Made for so many steps in all. */
  readonly optimizer: (steps: number) => Optimizer
  /** Default cross-entropy with accuracy. */
  readonly step?: (model: M, optimizer: Optimizer) => TrainStep
  /** What happens to a picture before: while training, and at any time. */
  readonly augment?: SampleTransform
  readonly prepare?: SampleTransform
  /** Of the pixels in 0 … 1; default as they are. */
  readonly normalize?: { readonly mean: readonly number[]; readonly std: readonly number[] }
  /** Judge the test pictures by the mean of two looks: at the picture and at its mirror image. Default false. */
  readonly mirrored?: boolean
  /** Side of the pictures that the model sees, and their channels. */
  readonly input: readonly [channels: number, side: number]
}

export interface Classified<M extends Classes> {
  readonly model: M
  readonly history: History
  readonly testAccuracy: number
  readonly onnxMaxAbsDiff: number
}

class BothWays extends Module {
  readonly model: Classes
  constructor(model: Classes) {
    super()
    this.model = model
  }
  forward(x: Tensor): Tensor {
    return this.model.forward(x).add(this.model.forward(x.flip(3))) // [n, classes]
  }
}

/** Trains a classifier, judges it on pictures it has not seen, exports and verifies it, and draws what it got right and wrong. */
export async function classify<M extends Classes>(options: RunOptions, given: ClassifyOptions<M>): Promise<Classified<M>> {
  const { images, prepare, augment = prepare, normalize = {}, mirrored = false, input } = given
  const { out, engine, batchSize } = options
  await mkdir(out, { recursive: true })
  say(
    `Data: ${thousands(images.train.length)} to train, ${thousands(images.validation.length)} to validate, ${thousands(images.test.length)} to test`,
  )
  seed(options.seed)
  const model = given.model(images.classes.length)
  say(`\n${summary(model, [1, input[0], input[1], input[1]])}\n`)

  const transform = toFloat({ ...normalize, fields: ['image'] })
  const batches = loader(images.train, { batchSize, shuffle: true, seed: options.seed, transform, ...(augment && { each: augment }) })
  const judged = (images: Images['test']) => loader(images, { batchSize: 256, transform, ...(prepare && { each: prepare }) })
  const optimizer = given.optimizer(batches.length * options.epochs)
  const step = given.step?.(model, optimizer) ?? supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy } })
  const history = await train(options, { step, batches, validation: judged(images.validation) })

  const matrix = new ConfusionMatrix(images.classes.length)
  const predictor = runner(mirrored ? new BothWays(model) : model, engine && { engine })
  const predicted: number[] = []
  for await (const { image, label } of judged(images.test)) {
    const classes = await (await predictor.predict({ image })).output!.argMax(1).data()
    matrix.add(classes, await label.data())
    predicted.push(...classes)
  }
  await predictor.dispose()
  say(
    `\nTest accuracy${mirrored ? ' (pictures and their mirror images)' : ''}: ${(100 * matrix.accuracy()).toFixed(2)} %\n\n${classificationReport(matrix, images.classes)}\n`,
  )
  await savePicture(join(out, 'confusion.png'), await confusionPicture(matrix, { labels: images.classes, title: 'Test set' }))
  // from all over the set, for some sets stand class by class
  const count = Math.min(25, images.test.length)
  const shown = Array.from({ length: count }, (_, i) => Math.floor((i * images.test.length) / count))
  const samples = shown.map(i => images.test.at(i))
  const expected = samples.map(sample => sample.label.data[0]!)
  const pictures = samples.map(({ image: { shape, data } }) => ({ shape, data: data as Uint8Array }))
  await savePicture(
    join(out, 'predictions.png'),
    await predictionGrid(pictures, {
      predicted: shown.map(i => predicted[i]!),
      expected,
      labels: images.classes,
      columns: 5,
      title: 'Test pictures as the network sees them',
    }),
  )
  await saveWeights(model, join(out, 'weights.safetensors'), { classes: images.classes.join(',') })

  const probabilities = { postprocess: (scores: Tensor) => scores.softmax() }
  const onnxMaxAbsDiff = await exportChecked(model, join(out, 'model.onnx'), [input[0], input[1], input[1]], probabilities)
  await report(options, history, { testAccuracy: matrix.accuracy(), onnxMaxAbsDiff })
  return { model, history, testAccuracy: matrix.accuracy(), onnxMaxAbsDiff }
}
