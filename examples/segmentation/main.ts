// A U-Net that tells for every pixel of a road scene what it shows: trained from nothing, judged by mIoU, drawn and exported.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adamW, oneCycle, runner, seed, supervised, tensor, type Tensor } from '@portolan/core'
import { imageGrid, type Picture } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { colorJitter, compose, horizontalFlip, loader, randomResizedCrop, toFloat } from '@portolan/data/node'
import { exportChecked, report, runOptions, say, train } from '@portolan/example-vision-kit'
import { classMapPicture, segmentationLoss, SegmentationScores, UNet } from '@portolan/vision'
import { scenes, type Scenes } from './scenes.ts'

const options = runOptions({
  description: 'A U-Net that names every pixel: trains with crops, flips and colours, judges by mIoU, exports.',
  name: 'segmentation',
  real: 'CamVid, from PORTOLAN_DATA',
  batchSize: 4,
  epochs: [10, 120],
})
const { out, engine, batchSize } = options
const real = options.data === 'real'
await mkdir(out, { recursive: true })
const data = await scenes(options)
const { classes, ignoreIndex } = data
say(`Data: ${data.train.length} to train, ${data.validation.length} to validate, ${data.test.length} to test; ${classes.length} classes`)

seed(options.seed)
const model = new UNet({ numClasses: classes.length, width: real ? 16 : 8 })
const ignored = ignoreIndex === undefined ? {} : { ignoreIndex }
// a class of few pixels counts more: by the root of how much rarer it is than the class in the middle
const counted = classes.map(() => 0)
for (const label of data.train.fields.mask.data) if (label < counted.length) counted[label]!++
const middle = counted.toSorted((a, b) => a - b)[counted.length >> 1]!
const classWeight = tensor(counted.map(count => Math.sqrt(middle / Math.max(count, 1))))
const loss = (scores: Tensor, mask: Tensor): Tensor => segmentationLoss(scores, mask, { ...ignored, classWeight, dice: 0.5 })
/** The share of pixels that are right, of those that count. */
const accuracy = (scores: Tensor, mask: Tensor): Tensor => {
  const counts = mask.notEqual(ignoreIndex ?? -1).cast('float32')
  return scores.argMax(1).equal(mask).cast('float32').mul(counts).sum().div(counts.sum().maximum(1))
}

const transform = toFloat({ mean: 0.45, std: 0.27, fields: ['image'] })
const crop = real ? ([128, 160] as const) : ([48, 48] as const)
const each = compose(
  randomResizedCrop(crop, { scale: real ? [0.2, 0.8] : [0.3, 1], ratio: [1, 1.6] }),
  horizontalFlip({ p: 0.5 }),
  colorJitter({ brightness: 0.2, contrast: 0.2 }),
)
const batches = loader(data.train, { batchSize, shuffle: true, dropLast: true, seed: options.seed, each, transform })
const whole = (set: Scenes['test']) => loader(set, { batchSize, transform })
const optimizer = adamW(4e-3, { weightDecay: 0.01, schedule: oneCycle(batches.length * options.epochs) })
const step = supervised({ model, loss, optimizer, metrics: { accuracy }, input: 'image', target: 'mask' })
const history = await train(options, { step, batches, validation: whole(data.validation) })

const scores = new SegmentationScores(classes.length, ignored)
const predictor = runner(model, engine && { engine })
const found: Int32Array[] = []
const [, height, width] = data.test.fields.mask.shape as [number, number, number]
for await (const { image, mask } of whole(data.test)) {
  const labels = Int32Array.from(await (await predictor.predict({ image })).output!.argMax(1).data())
  scores.add(labels, await mask.data())
  for (let i = 0; i < image.shape[0]!; i++) found.push(labels.slice(i * height * width, (i + 1) * height * width))
}
await predictor.dispose()
const { meanIou, meanDice, pixelAccuracy, iou } = scores.value()
say(`\nTest mIoU: ${meanIou.toFixed(4)}, pixels right: ${(100 * pixelAccuracy).toFixed(2)} %`)
for (const [i, name] of classes.entries()) say(`${name.padEnd(12)} ${iou[i]?.toFixed(4) ?? 'not there'}`)

const shown = Array.from({ length: Math.min(4, data.test.length) }, (_, i) => Math.floor((i * data.test.length) / 4))
const pictures = shown.flatMap(i => {
  const { image, mask } = data.test.at(i)
  const over: Picture = { shape: image.shape, data: image.data as Uint8Array }
  const painted = (labels: ArrayLike<number>): Picture => classMapPicture(labels, [height, width], { over, picture: 0.2 })
  return [over, painted(mask.data), painted(found[i]!)]
})
const captions = shown.flatMap(() => ['picture', 'there', 'found'])
await savePicture(
  join(out, 'predictions.png'),
  await imageGrid(pictures, { columns: 3, captions, title: 'Test pictures as the network sees them' }),
)
await saveWeights(model, join(out, 'weights.safetensors'), { classes: classes.join(',') })
const onnxMaxAbsDiff = await exportChecked(model, join(out, 'model.onnx'), [3, height, width])
await report(options, history, {
  meanIou,
  meanDice,
  pixelAccuracy,
  iou: Object.fromEntries(classes.map((name, i) => [name, iou[i]])),
  onnxMaxAbsDiff,
})
