// What a network looks at: it is trained, then each picture of a gallery is explained in three ways.
import { join } from 'node:path'
import { adam, concat, evaluating, tensor, warmupCosine, type Tensor } from '@portolan/core'
import { imageGrid, type Caption, type Picture } from '@portolan/core/draw'
import { savePicture } from '@portolan/core/node'
import { compose, horizontalFlip, randomCrop, toFloat, type Field } from '@portolan/data/node'
import { cifarData, classify, report, runOptions, say } from '@portolan/example-vision-kit'
import { CifarResNet, gradCam, heatPicture, integratedGradients, saliency } from '@portolan/vision'

const options = runOptions({
  description: 'Trains a residual network of 14 layers and draws a gallery of what it looks at: saliency, integrated gradients, Grad-CAM.',
  name: 'explain',
  real: 'CIFAR-10',
  batchSize: 64,
  epochs: [8, 15],
})
const images = await cifarData(options)
const { preprocessing } = new CifarResNet(8)
const { model, history, testAccuracy, onnxMaxAbsDiff } = await classify(options, {
  images,
  model: numClasses => new CifarResNet(options.data === 'real' ? 14 : 8, { numClasses }),
  optimizer: steps => adam(4e-3, { schedule: warmupCosine(steps / 20, steps) }),
  augment: compose(randomCrop(32, { padding: 4 }), horizontalFlip({ p: 0.5 })),
  normalize: preprocessing,
  input: [3, 32],
})

const engine = options.engine && { engine: options.engine }
const transform = toFloat({ mean: preprocessing.mean, std: preprocessing.std, fields: ['image'] })
const count = Math.min(60, images.test.length)
const { image } = transform(images.test.gather(Array.from({ length: count }, (_, i) => i)))
const x = tensor(image.data, image.shape)
const predicted = await (await evaluating(model, () => model.forward(x))).argMax(1).data()
const target = tensor(Int32Array.from(predicted))

/** Maps with the strongest place of each 1. [n, h, w] */
const even = (maps: Tensor): Tensor => maps.div(maps.max([1, 2], true).maximum(1e-12))
const slopes = even(await saliency(model, x, { target, ...engine }))
const { attributions, gap } = await integratedGradients(model, x, { target, steps: 32, ...engine })
const shares = even(attributions.abs().sum(1))
const { map: cams } = await gradCam(model, x, { target, ...engine })
say(`Integrated gradients miss at most ${(await gap.abs().max().item()).toFixed(3)} of a score with 32 steps`)

// the pictures of the generated set say where the shape is: does the strongest place lie on it?
const boxes = (images.test.fields as Readonly<Record<string, Field>>).boxes
const ways = { saliency: slopes, 'integrated gradients': shares, 'Grad-CAM': cams }
const onShape: Record<string, number> = {}
if (boxes) {
  const side = x.shape[3]!
  const box = (i: number): readonly number[] => Array.from(boxes.data.subarray(4 * i, 4 * i + 4))
  const hits = (strongest: readonly number[]): number =>
    strongest.filter((at, i) => {
      const [px, py, [x1, y1, x2, y2]] = [at % side, Math.floor(at / side), box(i) as [number, number, number, number]]
      return px >= x1 - 1 && px <= x2 && py >= y1 - 1 && py <= y2
    }).length / strongest.length
  for (const [name, maps] of Object.entries(ways)) onShape[name] = hits(Array.from(await maps.flatten(1).argMax(1).data()))
  const areas = Array.from({ length: count }, (_, i) => ((box(i)[2]! - box(i)[0]!) * (box(i)[3]! - box(i)[1]!)) / side ** 2)
  onShape['by chance'] = areas.reduce((a, b) => a + b, 0) / count
  for (const [name, share] of Object.entries(onShape))
    say(`${name}: the strongest place lies on the shape in ${(100 * share).toFixed(0)} %`)
}

const shown = Array.from({ length: Math.min(8, count) }, (_, i) => i)
const [heats, strong] = [await concat(Object.values(ways)).data(), image.shape[2]! * image.shape[3]!]
const rows = shown.flatMap(i => {
  const sample = images.test.at(i)
  const picture: Picture = { shape: sample.image.shape, data: sample.image.data as Uint8Array }
  const heat = (way: number): Picture => heatPicture(picture, heats.subarray((way * count + i) * strong, (way * count + i + 1) * strong))
  return [picture, heat(0), heat(1), heat(2)]
})
const captions = shown.flatMap((i): Caption[] => {
  const [said, is] = [predicted[i]!, images.test.at(i).label.data[0]!]
  const text = said === is ? images.classes[said]! : `${images.classes[said]!} (${images.classes[is]!})`
  return [{ text, wrong: said !== is }, ...Object.keys(ways).map(text => ({ text }))]
})
await savePicture(
  join(options.out, 'gallery.png'),
  await imageGrid(rows, { columns: 4, captions, title: 'What speaks for the class that the network names' }),
)
await report(options, history, { testAccuracy, onnxMaxAbsDiff, onShape })
