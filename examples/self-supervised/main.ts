// MoCo v2 and BYOL learn from pictures without labels; a linear probe and neighbours say what their features are worth.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  accuracy,
  adam,
  crossEntropy,
  HostRng,
  Linear,
  load,
  RangeError,
  seed,
  Sequential,
  sgd,
  supervised,
  toHost,
  Trainer,
  warmupCosine,
  weights,
} from '@portolan/core'
import { saveWeights } from '@portolan/core/node'
import {
  ArrayDataset,
  colorJitter,
  compose,
  horizontalFlip,
  loader,
  randomGrayscale,
  randomResizedCrop,
  toFloat,
  type Fields,
  type SampleTransform,
} from '@portolan/data/node'
import { cifarData, exportChecked, report, runOptions, say, train } from '@portolan/example-vision-kit'
import {
  BYOL,
  byolStep,
  cacheFeatures,
  CifarResNet,
  GlobalFeatures,
  linearProbe,
  MoCo,
  mocoStep,
  nearestNeighbours,
  type Backbone,
  type LabelledFeatures,
} from '@portolan/vision'

const options = runOptions({
  description:
    'MoCo v2 and BYOL: pretrains a small ResNet on pictures without labels, probes it beside random ones, fine-tunes it on few labels.',
  name: 'self-supervised',
  real: 'CIFAR-10',
  batchSize: 128,
  epochs: [4, 14],
})
const { out, engine, data, epochs } = options
const real = data === 'real'
const batchSize = real ? options.batchSize : 64
await mkdir(out, { recursive: true })
const images = await cifarData(options, { count: 600 })
const width = real ? 1 : 0.5
const features = 64 * width
const make = (): Backbone => new CifarResNet(8, { includeTop: false, width })
const normal = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] } as const

// Two views of each picture: it is cropped, mirrored and coloured twice, each time otherwise. Crops magnify what they show, so that at 24
// pixels a side things are about as large as in whole pictures at 32 (Touvron et al., 2019), at little more than half of the work.
const view = compose(
  randomResizedCrop(24, { scale: [0.2, 1] }),
  horizontalFlip({ p: 0.5 }),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  randomGrayscale({ p: 0.2 }),
)
const twice: SampleTransform = (sample, rng) => {
  const of = (): Fields[string] => view({ image: sample['image']! }, rng)['image']!
  return { view1: of(), view2: of() }
}
const pictures = new ArrayDataset({ image: images.train.fields.image }) // no labels
const pairs = (size = batchSize) => loader(pictures as ArrayDataset, { batchSize: size, shuffle: true, dropLast: true, seed: options.seed, each: twice, transform: toFloat({ fields: ['view1', 'view2'], ...normal }) }) // prettier-ignore

const plain = toFloat({ fields: ['image'], ...normal })
const given = engine ? { engine } : {}
async function worth(backbone: Backbone): Promise<{ probe: number; neighbours: number }> {
  await toHost(backbone)
  const vectors = async (set: typeof images.test) => (await cacheFeatures(new GlobalFeatures(backbone), loader(set, { batchSize: 250, transform: plain }), given)) as unknown as LabelledFeatures // prettier-ignore
  const [seen, unseen] = [await vectors(images.train), await vectors(images.test)]
  const probe = await linearProbe(seen, unseen, { epochs: real ? 50 : 30, seed: options.seed, ...given })
  return { probe: probe.test, neighbours: await nearestNeighbours(seen, unseen, { k: real ? 200 : 20, ...given }) }
}

const random: number[] = []
for (let i = 0; i < (real ? 5 : 2); i++) {
  seed(1000 + i)
  random.push((await worth(make())).probe)
}
const best = Math.max(...random)
say(`The best of ${random.length} random encoders: ${(100 * best).toFixed(2)} % by a linear probe`)

const steps = pairs().length * epochs
seed(options.seed)
const moco = new MoCo(make, { features, queue: real ? 4096 : 256, momentum: real ? 0.99 : 0.95, temperature: 0.1 })
const mocoHistory = await train(options, {
  step: mocoStep({ model: moco, optimizer: sgd(0.06, { momentum: 0.9, weightDecay: 5e-4, schedule: warmupCosine(steps / 20, steps) }) }),
  batches: pairs(),
  part: 'moco',
})
const ofMoco = await worth(moco.query.backbone)
seed(options.seed)
// Nothing is contrasted with the rest of a batch, so small ones do, and an epoch has four times as many steps.
const byolPairs = pairs(32)
const byolSteps = byolPairs.length * epochs
const byol = new BYOL(make, { features, hidden: real ? 512 : 64, momentum: real ? 0.99 : 0.95, steps: byolSteps })
await train(options, {
  step: byolStep({ model: byol, optimizer: adam(2e-3, { weightDecay: 1e-4, schedule: warmupCosine(byolSteps / 20, byolSteps) }) }),
  batches: byolPairs,
  part: 'byol',
})
const ofByol = await worth(byol.online.backbone)
for (const [name, { probe, neighbours }] of Object.entries({ MoCo: ofMoco, BYOL: ofByol }))
  say(
    `${name}: linear probe ${(100 * probe).toFixed(2)} % (${(100 * (probe - best)).toFixed(2)} points over random), neighbours ${(100 * neighbours).toFixed(2)} %`,
  )

// Fine-tuning: everything learns on, from a tenth of the labels, beside the same net from scratch.
const few = images.train.subset(new HostRng(options.seed).permutation(images.train.length).subarray(0, Math.ceil(images.train.length / 10)))
async function tuned(backbone: Backbone): Promise<{ right: number; model: Sequential }> {
  seed(options.seed)
  const model = new Sequential([new GlobalFeatures(backbone), new Linear(features, images.classes.length)])
  const each = compose(horizontalFlip({ p: 0.5 }), randomResizedCrop(32, { scale: [0.6, 1] }))
  const trainer = new Trainer({
    step: supervised({ model, loss: crossEntropy, optimizer: adam(1e-3), metrics: { accuracy }, input: 'image', target: 'label' }),
    ...given,
    progress: false,
  })
  await trainer.fit(loader(few, { batchSize: 64, shuffle: true, seed: options.seed, each, transform: plain }), { epochs: real ? 20 : 10 })
  const right = (await trainer.evaluate(loader(images.test, { batchSize: 250, transform: plain }))).accuracy
  await trainer.dispose()
  if (right === undefined) throw new RangeError('self-supervised: there must be an accuracy, got none')
  return { right, model }
}
await saveWeights(moco.query.backbone, join(out, 'backbone.safetensors'))
const again = make()
load(again, weights(moco.query.backbone))
const [pretrained, scratch] = [await tuned(again), await tuned((seed(1000), make()))]
say(`A tenth of the labels: ${(100 * pretrained.right).toFixed(2)} % after MoCo, ${(100 * scratch.right).toFixed(2)} % from scratch`)
const onnxMaxAbsDiff = await exportChecked(pretrained.model, join(out, 'model.onnx'), [3, 32, 32])
await report(options, mocoHistory, {
  random,
  mocoProbe: ofMoco.probe,
  mocoNeighbours: ofMoco.neighbours,
  byolProbe: ofByol.probe,
  byolNeighbours: ofByol.neighbours,
  fineTuned: pretrained.right,
  fromScratch: scratch.right,
  onnxMaxAbsDiff,
})
