import {
  accuracy,
  adam,
  crossEntropy,
  Linear,
  load,
  Module,
  runner,
  seed,
  supervised,
  warmupCosine,
  type Engine,
  type History,
  type State,
  type Tensor,
} from '@portolan/core'
import { compose, loader, randomAffine, horizontalFlip, toFloat, ArrayDataset } from '@portolan/data/node'
import { train, type Images, type RunOptions } from '@portolan/example-vision-kit'
import { freezeFeatures, VGG } from '@portolan/vision'

type Labelled = Images['train']

/** A VGG without its own head, and on it Flatten → Dense 1024 ReLU → Dense C. x: [n, 3, 32, 32] → [n, classes] */
export class Transferred extends Module {
  readonly backbone = new VGG(11, { includeTop: false, batchNorm: true, width: 1 / 4 })
  readonly hidden: Linear
  readonly last: Linear
  constructor(classes: number) {
    super()
    this.hidden = new Linear(this.backbone.featureChannels, 1024)
    this.last = new Linear(1024, classes)
  }
  forward(x: Tensor): Tensor {
    return this.last.forward(this.hidden.forward(this.backbone.forward(x).flatten(1)).relu())
  }
}

/** The text's: rotation 20°, shifts, shear and zoom of 0.2, flips, edges filled by the nearest pixel. */
const augment = compose(randomAffine({ rotate: 20, shift: 0.2, shear: 11.3, zoom: 0.2, fill: 'nearest' }), horizontalFlip({ p: 0.5 }))
const transform = toFloat({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], fields: ['image'] })

export interface Task {
  /** Name of its pictures and checkpoints. */
  readonly part: string
  readonly training: Labelled
  readonly validation: Labelled
  readonly classes: number
  readonly rate: number
  readonly epochs: number
  readonly seed: number
  /** What its backbone knows already. */
  readonly learned?: State
  /** Whether that stays as it is; else all of the network learns. */
  readonly frozen?: boolean
}

/** Trains a network for a task. */
export async function learn(options: RunOptions, task: Task): Promise<{ model: Transferred; history: History }> {
  seed(task.seed)
  const model = new Transferred(task.classes)
  if (task.learned) load(model.backbone, task.learned)
  if (task.frozen) freezeFeatures(model.backbone, { except: [] })
  const batches = loader(task.training, { batchSize: options.batchSize, shuffle: true, seed: task.seed, each: augment, transform })
  const steps = batches.length * task.epochs
  const optimizer = adam(task.rate, { schedule: warmupCosine(steps / 20, steps) })
  const step = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy } })
  const validation = loader(task.validation, { batchSize: 250, transform })
  return { model, history: await train(options, { step, batches, validation, part: task.part, epochs: task.epochs }) }
}

/** The share of a set that a network names rightly. */
export async function share(model: Transferred, set: Labelled, engine: Engine | undefined): Promise<number> {
  const predictor = runner(model, engine && { engine })
  let right = 0
  for await (const { image, label } of loader(set, { batchSize: 250, transform })) {
    const [said, is] = [await (await predictor.predict({ image })).output!.argMax(1).data(), await label.data()]
    right += said.filter((c, i) => c === is[i]).length
  }
  await predictor.dispose()
  return right / set.length
}

/** The pictures of some classes, numbered from 0; of each the first so many of a random order. */
export function ofClasses(
  all: Labelled,
  classes: readonly number[],
  { most = Infinity, skip = 0, order }: { most?: number; skip?: number; order?: Uint32Array } = {},
): Labelled {
  const { data } = all.fields.label
  const places = order ?? Uint32Array.from(data, (_, i) => i)
  const chosen = classes.flatMap(c => Array.from(places.filter(i => data[i] === c)).slice(skip, skip + most))
  const { image, label } = all.subset(chosen).fields
  return new ArrayDataset({ image, label: { data: Int32Array.from(label.data, c => classes.indexOf(c)), shape: label.shape } })
}
