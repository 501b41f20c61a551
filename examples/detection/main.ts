// A one-stage detector that finds blood cells: trained from nothing, judged by mAP, drawn and exported.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adamW, oneCycle, seed, type Batch, type TrainStep } from '@portolan/core'
import { imageGrid } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { colorJitter, compose, horizontalFlip, loader, randomAffine, toFloat, verticalFlip, type Fields } from '@portolan/data/node'
import { exportChecked, report, runOptions, say, train } from '@portolan/example-vision-kit'
import { detector, drawBoxes, matchAnchors, MeanAveragePrecision, SSD, ssdLoss, type Detections } from '@portolan/vision'
import { things, truthsOf, type Things } from './things.ts'

const options = runOptions({
  description: 'A one-stage detector: trains with flips, shifts and colours, judges by mAP, exports.',
  name: 'detection',
  real: 'BCCD, from PORTOLAN_DATA',
  batchSize: 8,
  epochs: [15, 50],
})
const { out, engine, batchSize } = options
const real = options.data === 'real'
await mkdir(out, { recursive: true })
const data = await things(options)
const { classes } = data
say(`Data: ${data.train.length} to train, ${data.validation.length} to validate, ${data.test.length} to test; ${classes.join(', ')}`)

seed(options.seed)
const model = new SSD({ numClasses: classes.length, width: real ? 24 : 16, pyramid: real ? 64 : 32, blocks: [1, 1, 1, 1] })
const [, , height, width] = data.test.fields.image.shape as [number, number, number, number]
const anchors = model.anchors([height, width])
const pixels = toFloat({ mean: 0.5, std: 0.25, fields: ['image'] })
/** What a detector learns from: { image, boxes, classes } → { image, label, offset } */
const targets = (batch: Fields): Fields => ({ image: pixels(batch).image!, ...matchAnchors(anchors, truthsOf(batch)) })

const each = compose(
  horizontalFlip({ p: 0.5 }),
  ...(real ? [verticalFlip({ p: 0.5 })] : []),
  randomAffine({ shift: 0.1, zoom: 0.15, fill: 'reflect', minVisible: 0.3 }),
  colorJitter({ brightness: 0.2, contrast: 0.2 }),
)
const batches = loader(data.train, { batchSize, shuffle: true, dropLast: true, seed: options.seed, each, transform: targets })
const judge = ({ image, label, offset }: Batch) => {
  const { loss, places, classes } = ssdLoss(model.forward(image!), { label: label!, offset: offset! })
  return { loss, placesLoss: places, classesLoss: classes }
}
const optimizer = adamW(3e-3, { weightDecay: 0.01, clipNorm: 5, schedule: oneCycle(batches.length * options.epochs) })
const step: TrainStep = { train: batch => optimizer.minimize(model, () => judge(batch)), evaluate: judge, state: { model, optimizer } }
optimizer.init(model)
const history = await train(options, { step, batches, validation: loader(data.validation, { batchSize, transform: targets }) })

const finder = detector(model, { ...(engine && { engine }), scoreThreshold: 0.02 })
/** What is found in each picture of a set, and how well. */
async function found(set: Things['test']): Promise<{ all: Detections[]; scores: MeanAveragePrecision }> {
  const scores = new MeanAveragePrecision(classes.length)
  const all: Detections[] = []
  for await (const { image, boxes, classes } of loader(set, { batchSize, transform: pixels })) {
    const some = await finder.detect(image)
    const field = { boxes: { data: await boxes.data(), shape: boxes.shape }, classes: { data: await classes.data(), shape: classes.shape } }
    scores.add(some, truthsOf(field))
    all.push(...some)
  }
  return { all, scores }
}
const { all, scores } = await found(data.test)
const { map, map50, table } = scores.value()
const validation = (await found(data.validation)).scores.value()
await finder.dispose()
say(`\nTest mAP@0.5: ${map50!.toFixed(4)}, mAP@0.5:0.95: ${map.toFixed(4)}; validation mAP@0.5: ${validation.map50!.toFixed(4)}`)
const at50 = Object.fromEntries(classes.map((name, i) => [name, table[0]![i]]))
for (const [name, ap] of Object.entries(at50)) say(`${name.padEnd(12)} ${ap?.toFixed(4) ?? 'not there'}`)

const shown = Array.from({ length: Math.min(4, data.test.length) }, (_, i) => Math.floor((i * data.test.length) / 4))
const pictures = shown.flatMap(i => {
  const sample = data.test.at(i)
  const picture = { shape: sample.image.shape, data: sample.image.data as Uint8Array }
  const { boxes, labels, scores } = all[i]!
  const sure = scores.flatMap((score, k) => (score >= 0.5 ? [k] : []))
  const [there] = truthsOf({
    boxes: { ...sample.boxes, shape: [1, ...sample.boxes.shape] },
    classes: { ...sample.classes, shape: [1, ...sample.classes.shape] },
  })
  return [drawBoxes(picture, there!), drawBoxes(picture, { boxes: sure.map(k => boxes[k]!), labels: sure.map(k => labels[k]!) })]
})
const captions = shown.flatMap(() => ['there', 'found, by 50 % sure'])
const title = `${classes.join(', ')} of the test set`
await savePicture(join(out, 'predictions.png'), await imageGrid(pictures, { columns: real ? 2 : 4, captions, title, scale: real ? 1 : 3 }))
await saveWeights(model, join(out, 'weights.safetensors'), { classes: classes.join(',') })
const onnxMaxAbsDiff = await exportChecked(model, join(out, 'model.onnx'), [3, height, width])
await report(options, history, { map50, map, at50, validationMap50: validation.map50, onnxMaxAbsDiff })
