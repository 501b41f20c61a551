import {
  Buffer,
  concat,
  concrete,
  crossEntropy,
  defaultRng,
  Linear,
  Module,
  PortolanError,
  RangeError,
  ReLU,
  Sequential,
  ShapeError,
  stopGradient,
  zeros,
  type Batch,
  type Optimizer,
  type Rng,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { checkMomentum, follow, twins, unit, vectorsOf, type Backbone } from './encoder.ts'

/** Options of `MoCo`. */
export interface MoCoOptions {
  /** Numbers of a vector of the backbone. */
  features: number
  /** Numbers that pictures are compared by; default 128. */
  dim?: number
  /** Of the head's layer in between; default `features`. */
  hidden?: number
  /** How many earlier keys are kept to choose among; default 4096. */
  queue?: number
  /** How far the key encoder stays what it was at each step, 0 … 1; default 0.99. */
  momentum?: number
  /** What cosines are divided by; default 0.2. */
  temperature?: number
  /** Where the first keys come from; default the stream of the last `seed`. */
  rng?: Rng
}

/** A backbone with a head of two layers. x: [n, c, h, w] → [n, dim] */
class Projected extends Module {
  readonly backbone: Backbone
  readonly head: Sequential
  constructor(backbone: Backbone, features: number, hidden: number, dim: number) {
    super()
    this.backbone = backbone
    this.head = new Sequential([new Linear(features, hidden), new ReLU(), new Linear(hidden, dim)])
  }
  forward(x: Tensor): Tensor {
    return this.head.forward(vectorsOf(this.backbone, x))
  }
}

/**
 * Momentum contrast, version 2: a query must find the key of the same picture, seen otherwise, among the keys of earlier batches; an
 * average of the query encoder makes the keys. `query.backbone` is what has been learned in the end.
 *
 * make: gives a backbone, and is called twice. forward: x: [n, c, h, w] → vectors of length 1, [n, dim].
 * Parameters: query.backbone, query.head.0, query.head.2, the same under key; buffer: queue [queue, dim].
 * The keys' batch norm sees their own batch; on one machine there is nothing to shuffle them among.
 * He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020; Chen et al., "Improved Baselines with Momentum Contrastive Learning", 2020.
 * @throws RangeError for an option outside its range.
 * @example
 * const model = new MoCo(() => new ResNet(18, { includeTop: false }), { features: 512 })
 * const trainer = new Trainer({ step: mocoStep({ model, optimizer: sgd(0.06, { momentum: 0.9, weightDecay: 5e-4 }) }), engine: onnx() })
 */
export class MoCo extends Module {
  readonly query: Projected
  readonly key: Projected
  readonly queue: Buffer
  readonly momentum: number
  readonly temperature: number
  constructor(make: () => Backbone, options: MoCoOptions) {
    super()
    const { features, dim = 128, hidden = features, queue = 4096, momentum = 0.99, temperature = 0.2, rng = defaultRng() } = options
    if (![features, dim, hidden, queue].every(v => Number.isInteger(v) && v > 0))
      throw new RangeError(`MoCo: features, dim, hidden and queue must be whole numbers of at least 1, got ${features}, ${dim}, ${hidden} and ${queue}`) // prettier-ignore
    const { online, target } = twins(() => new Projected(make(), features, hidden, dim))
    this.query = online
    this.key = target
    const first = unit(rng.normal([queue, dim])).dataSync()
    this.queue = new Buffer(concrete([queue, dim], i => first[i]!))
    this.momentum = checkMomentum('MoCo', momentum)
    this.temperature = temperature
  }
  /** x: [n, c, h, w] → vectors of length 1 [n, dim] */
  forward(x: Tensor): Tensor {
    return unit(this.query.forward(x))
  }
  /** Takes keys in, and lets go of the oldest. keys: [n, dim], n at most as many as are kept */
  enqueue(keys: Tensor): void {
    const [size] = this.queue.shape as [number]
    if (keys.shape[0]! > size)
      throw new ShapeError(`MoCo: a queue of ${size} keys takes no batch of ${keys.shape[0]}. Make it longer: { queue }`)
    const all = this.queue.value
    this.queue.value = keys.shape[0] === size ? keys : concat([keys, all.slice(0, 0, size - keys.shape[0]!)])
  }
}

/** Options of a step of self-supervision. */
export interface SelfSupervisedOptions<M> {
  model: M
  optimizer: Optimizer
  /** Names of the two views of each picture in a batch; default ['view1', 'view2']. */
  views?: readonly [string, string]
}

/** Two differently augmented views of the same pictures. @throws PortolanError if a batch lacks one. */
export function viewsOf(step: string, batch: Batch, names: readonly [string, string]): [Tensor, Tensor] {
  const found = names.map(name => batch[name])
  if (!found[0] || !found[1])
    throw new PortolanError(`${step}: a batch must have the views ${names.join(' and ')}, got ${Object.keys(batch).join(', ') || 'nothing'}. Name what it has: ${step}({ …, views: ['…', '…'] })`) // prettier-ignore
  return [found[0], found[1]]
}

/**
 * A step of `MoCo`: −log softmax of the cosines of each query with its key and those of the queue, over the temperature; then the key
 * encoder follows and the queue takes the keys in. The key encoder moves before it makes keys, as in the authors' program.
 *
 * Its logs: `loss` and `accuracy`, the share of queries that find their key.
 * @throws PortolanError for a batch without its views.
 * @example
 * const step = mocoStep({ model, optimizer: sgd(0.06, { momentum: 0.9 }) })
 */
export function mocoStep({ model, optimizer, views = ['view1', 'view2'] }: SelfSupervisedOptions<MoCo>): TrainStep {
  optimizer.init(model)
  return {
    train(batch) {
      const [a, b] = viewsOf('mocoStep', batch, views)
      follow(model.key, model.query, model.momentum)
      const keys = stopGradient(unit(model.key.forward(b)))
      const queue = model.queue.value
      const logs = optimizer.minimize(model, () => {
        const queries = unit(model.query.forward(a))
        const positive = queries.mul(keys).sum(1)
        const negative = queries.matmul(queue, { transposeB: true }) // [n, queue]
        const logits = concat([positive.expandDims(1), negative], 1).div(model.temperature)
        const loss = crossEntropy(logits, zeros([queries.shape[0]!], 'int32'))
        return { loss, accuracy: positive.greater(negative.max(1)).cast('float32').mean() }
      })
      model.enqueue(keys)
      return logs
    },
    state: { model, optimizer },
  }
}
