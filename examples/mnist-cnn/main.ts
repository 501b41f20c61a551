// Trains a convolutional network on handwritten digits, judges it, exports it to ONNX and reads a picture with the file.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  accuracy,
  adam,
  classificationReport,
  ConfusionMatrix,
  crossEntropy,
  runner,
  seed,
  summary,
  supervised,
  tensor,
  Trainer,
  warmupCosine,
  type Tensor,
} from '@portolan/core'
import { confusionPicture, curves, imageGrid } from '@portolan/core/draw'
import { savePicture, saveWeights, writeFileAtomic } from '@portolan/core/node'
import { digits, loader, mnist, readImage, writeImage } from '@portolan/data/node'
import { exportOnnx, onnx, OnnxModel, verify } from '@portolan/export-onnx'
import { MnistCnn } from './model.ts'

const positive = (text: string): number => {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be an integer of at least 1.')
  return n
}

const options = new Command('npm start --')
  .description(
    'Trains the MNIST CNN, judges it on unseen digits, exports it to ONNX and reads a picture of a digit with the exported file.',
  )
  .addOption(
    new Option(
      '--data <set>',
      'digits: made by rule, always there; mnist: the real ones (from PORTOLAN_DATA or the cache, else downloaded)',
    )
      .choices(['digits', 'mnist'])
      .default('digits'),
  )
  .option('--epochs <n>', 'how often to go through the training set (default: 10, for mnist 5)', positive)
  .option('--batch-size <n>', 'samples in a step', positive, 128)
  .option('--seed <n>', 'one seed, one result', Number, 42)
  .addOption(new Option('--engine <engine>', 'onnx: the whole step compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
  .option('--threads <n>', 'threads that compute one op', positive, 2)
  .option('--image <file>', 'a picture of a digit to read, dark on white or white on dark (default: an unseen sample)')
  .option('--expect <digit>', 'the digit that is on that picture', Number)
  .option('--out <folder>', 'where pictures, weights and the model go', 'out/mnist-cnn')
  .option('--json <file>', 'write the figures there as JSON')
  .parse()
  .opts<{
    data: 'digits' | 'mnist'
    epochs?: number
    batchSize: number
    seed: number
    engine: 'onnx' | 'eager'
    threads: number
    image?: string
    expect?: number
    out: string
    json?: string
  }>()

const { batchSize, out } = options
const epochs = options.epochs ?? (options.data === 'mnist' ? 5 : 10)
const started = performance.now()
const say = (text: string) => console.log(text)
await mkdir(out, { recursive: true })

// Data: some of the training set is kept apart for validation; the test set is looked at once, at the end.
const { train: all, test } = options.data === 'mnist' ? await mnist() : digits({ seed: options.seed })
const held = Math.floor(all.length / 12)
const [train, validation] = [all.slice(0, -held), all.slice(-held)]
say(
  `Data: ${options.data}, ${train.length.toLocaleString('en-US')} to train, ${validation.length.toLocaleString('en-US')} to validate, ${test.length.toLocaleString('en-US')} to test`,
)

seed(options.seed)
const model = new MnistCnn()
say(`\n${summary(model, [1, 1, 28, 28])}\n`)

const batches = loader(train, { batchSize, shuffle: true, seed: options.seed })
const steps = batches.length * epochs
// a learning rate that rises for a twentieth of the run and then falls to nothing settles better than a constant one
const optimizer = adam(2e-3, { schedule: warmupCosine(steps / 20, steps) })
const engine = options.engine === 'onnx' ? onnx({ threads: options.threads }) : undefined
const trainer = new Trainer({
  step: supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy } }),
  ...(engine && { engine }),
})
const training = performance.now()
const history = await trainer.fit(batches, { epochs, validation: loader(validation, { batchSize: 256 }) })
const trainSeconds = (performance.now() - training) / 1000
await savePicture(join(out, 'curves.png'), await curves(history, { title: `MNIST CNN on ${options.data}` }))

// Test: every prediction, not only its mean.
const matrix = new ConfusionMatrix(10)
const predictor = runner(model, engine && { engine })
const predicted: number[] = []
for await (const { image, label } of loader(test, { batchSize: 256 })) {
  const classes = await (await predictor.predict({ image })).output!.argMax(1).data()
  matrix.add(classes, await label.data())
  predicted.push(...classes)
}
const names = Array.from({ length: 10 }, (_, i) => String(i))
say(
  `\nTest accuracy: ${(100 * matrix.accuracy()).toFixed(2)} %  (${trainSeconds.toFixed(1)} s of training)\n\n${classificationReport(matrix, names)}\n`,
)
await savePicture(join(out, 'confusion.png'), await confusionPicture(matrix, { labels: names, title: 'Test set' }))
const shown = Array.from({ length: 40 }, (_, i) => i)
const captions = shown.map(i => ({ text: String(predicted[i]), wrong: predicted[i] !== test.at(i).label.data[0] }))
await savePicture(
  join(out, 'predictions.png'),
  await imageGrid(
    shown.map(i => test.at(i).image as { shape: number[]; data: Uint8Array }),
    { columns: 10, captions, title: 'Test digits as the network reads them' },
  ),
)
await saveWeights(model, join(out, 'weights.safetensors'))

// Export: pixels as they come from a picture go in, probabilities come out.
const file = join(out, 'mnist-cnn.onnx')
const ports = { pixels: { shape: ['n', 1, 28, 28], dtype: 'uint8' } } as const
const wrapping = { preprocess: (x: Tensor) => x.cast('float32').div(255), postprocess: (scores: Tensor) => scores.softmax() }
await exportOnnx(model, ports, { file, ...wrapping })
const { maxAbsDiff } = await verify(model, file, ports, wrapping)
say(`Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)} at batch 1, 7 and 256`)

// Use: a picture file, read by sharp and recognized by onnxruntime.
let picture = options.image
let expected = options.expect
if (picture === undefined) {
  picture = join(out, 'sample.png')
  const sample = test.at(0)
  await writeImage(picture, sample.image as { shape: number[]; data: Uint8Array })
  expected = sample.label.data[0]
}
const recognizer = await OnnxModel.load(file)
const { output } = await recognizer.predict({ pixels: await digitPicture(picture) })
const probabilities = Array.from(await output!.data())
const best = probabilities.indexOf(Math.max(...probabilities))
say(
  `${picture} shows a ${best} (${(100 * probabilities[best]!).toFixed(1)} %)${expected === undefined ? '' : best === expected ? ', as expected' : `, but it is a ${expected}`}`,
)

const seconds = (performance.now() - started) / 1000
say(`\nPictures, weights and the model are in ${out}/. All of it took ${seconds.toFixed(1)} s.`)
if (options.json !== undefined) {
  const figures = {
    data: options.data,
    epochs,
    seed: options.seed,
    testAccuracy: matrix.accuracy(),
    seconds,
    trainSeconds,
    onnxMaxAbsDiff: maxAbsDiff,
    predicted: best,
    expected: expected ?? null,
    history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
  }
  await writeFileAtomic(options.json, `${JSON.stringify(figures, null, 2)}\n`)
}
await Promise.all([trainer.dispose(), predictor.dispose(), recognizer.dispose()])

/** A picture file as the network wants it: 28×28, white on black. uint8 [1, 1, 28, 28] */
async function digitPicture(path: string): Promise<Tensor> {
  const pixels = (await readImage(path, { width: 28, height: 28, channels: 1 })).data
  const border = pixels.filter((_, i) => i < 28 || i >= 28 * 27 || i % 28 === 0 || i % 28 === 27)
  const onWhite = border.reduce((a, b) => a + b, 0) / border.length > 127
  return tensor(onWhite ? pixels.map(p => 255 - p) : pixels, [1, 1, 28, 28])
}
