import { PortolanError, RangeError } from '../errors.ts'
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Batch } from './batch.ts'

/** What a step gives: scalars by name. */
export type StepLogs = Record<string, Tensor>

/** How one batch is learned from and judged, and the state that this changes. Made by `supervised`, or written out. */
export interface TrainStep {
  /** Learns from a batch. An ordinary, synchronous function, so that it can be traced. */
  train(batch: Batch): StepLogs
  /** Judges a batch in evaluation mode. */
  evaluate?(batch: Batch): StepLogs
  /** Everything that a run changes: models, optimizers, random streams. */
  readonly state?: unknown
}

/** (output, target) → [] */
export type Objective = (output: Tensor, target: Tensor) => Tensor

/** Options of `supervised`. */
export interface SupervisedOptions {
  model: Module & {
    /** What of a batch goes in → the output that the loss is about. */
    forward(...x: Tensor[]): Tensor
  }
  loss: Objective
  optimizer: Optimizer
  /** By name: means over the batch. */
  metrics?: Readonly<Record<string, Objective>>
  /** Names of what `forward` is given, in its order; default: the first of two entries of a batch. */
  input?: string | readonly string[]
  /** Name of the target in a batch; default: the second entry of two. */
  target?: string
}

/** For a model that gives several outputs by name. */
export interface SeveralOutputsOptions<K extends string> {
  model: Module & {
    /** What of a batch goes in → the outputs by name. */
    forward(...x: Tensor[]): Readonly<Record<K, Tensor>>
  }
  /** The loss of each output that is learned. */
  loss: { readonly [name in K]?: Objective }
  optimizer: Optimizer
  /** What each loss counts for in their sum, ≥ 0; default 1. */
  lossWeights?: { readonly [name in K]?: number }
  /** Of each output, by name: means over the batch. */
  metrics?: { readonly [name in K]?: Readonly<Record<string, Objective>> }
  /** Names of what `forward` is given, in its order; default: all entries of a batch that are no targets. */
  input?: string | readonly string[]
  /** Names of the targets in a batch; default: those of the outputs. */
  target?: { readonly [name in K]?: string }
}

/** What is asked of one output; of the only one, without a name. */
interface Head {
  readonly name?: string
  readonly loss: Objective
  readonly weight: number
  readonly metrics: Readonly<Record<string, Objective>>
  /** Its name in a batch, if it was said. */
  readonly target: string | undefined
}

const known = (names: readonly string[]): string => names.join(', ') || 'nothing'

function entry(batch: Batch, name: string, use: string): Tensor {
  const found = batch[name]
  if (!found) throw new PortolanError(`supervised: the batch has no ${name}${use}. It has: ${known(Object.keys(batch))}`)
  return found
}

/** One of two entries of a batch. */
function unnamed(batch: Batch, option: 'input' | 'target'): string {
  const names = Object.keys(batch)
  if (names.length === 2) return names[option === 'input' ? 0 : 1]!
  throw new PortolanError(
    `supervised: a batch must have two entries, or the ${option} a name, got ${names.length ? `${names.length} entries (${names.join(', ')})` : 'none'}. Name it: supervised({ …, ${option}: '…' })`,
  )
}

function headsOf(options: SupervisedOptions | SeveralOutputsOptions<string>): Head[] {
  const { loss, metrics = {} } = options
  if (typeof loss === 'function') {
    const { target } = options as SupervisedOptions
    return [{ loss, weight: 1, metrics: metrics as Head['metrics'], target }]
  }
  const { lossWeights = {}, target = {} } = options as SeveralOutputsOptions<string>
  for (const [option, names] of Object.entries({ lossWeights, metrics, target }))
    for (const name of Object.keys(names))
      if (!loss[name])
        throw new PortolanError(`supervised: ${option} names ${name}, which has no loss. There are losses of: ${known(Object.keys(loss))}`)
  const heads = Object.entries(loss).map(([name, f]) => {
    const weight = lossWeights[name] ?? 1
    if (!(weight >= 0 && weight < Infinity))
      throw new RangeError(`supervised: the weight of a loss must be finite and ≥ 0, got ${weight} for ${name}.`)
    return { name, loss: f!, weight, metrics: (metrics as Record<string, Head['metrics']>)[name] ?? {}, target: target[name] ?? name }
  })
  if (!heads.length) throw new PortolanError('supervised: there must be a loss for at least one output, got none.')
  return heads
}

/**
 * A step that learns to map inputs to targets.
 *
 * A model with several outputs gives them by name, and has a loss for each: loss = Σ weightₖ·lossₖ. Its logs are `loss`, and for each
 * output `price_loss`, `price_mae`, …
 * @throws PortolanError for a batch that lacks an input or a target, an output that the model does not give, options of an output
 * without a loss; RangeError for a weight below 0.
 * @example
 * const step = supervised({ model, loss: crossEntropy, optimizer: adam(1e-3), metrics: { accuracy } })
 * const trainer = new Trainer({ step, engine: onnx() })
 * @example
 * // batches of { text, picture, price, kind }; forward(text, picture) gives { price, kind }
 * supervised({
 *   model,
 *   loss: { price: mse, kind: crossEntropy },
 *   lossWeights: { price: 0.1 },
 *   metrics: { kind: { accuracy } },
 *   optimizer: adam(1e-3),
 * })
 */
export function supervised(options: SupervisedOptions): TrainStep
export function supervised<K extends string>(options: SeveralOutputsOptions<K>): TrainStep
export function supervised(options: SupervisedOptions | SeveralOutputsOptions<string>): TrainStep {
  const { model, optimizer, input } = options
  const heads = headsOf(options)
  optimizer.init(model)
  const inputsOf = (batch: Batch): string[] => {
    if (input !== undefined) return [input].flat()
    const targets = new Set(heads.map(h => h.target))
    return heads[0]!.name === undefined ? [unnamed(batch, 'input')] : Object.keys(batch).filter(name => !targets.has(name))
  }
  const judge = (batch: Batch): { loss: Tensor } & StepLogs => {
    const given = model.forward(...inputsOf(batch).map(name => entry(batch, name, '')))
    const judged = heads.map(({ name, loss, weight, metrics, target }) => {
      const output = name === undefined ? (given as Tensor) : (given as Readonly<Record<string, Tensor>>)[name]
      if (!output) throw new PortolanError(`supervised: the model gives no output ${name}. It gives: ${known(Object.keys(given))}`)
      const expected = entry(batch, target ?? unnamed(batch, 'target'), name === undefined ? '' : `, the target of ${name}`)
      const one = loss(output, expected)
      const log = (metric: string): string => (name === undefined ? metric : `${name}_${metric}`)
      const logs = Object.fromEntries(Object.entries(metrics).map(([metric, f]) => [log(metric), f(output, expected)]))
      return { weighted: weight === 1 ? one : one.mul(weight), logs: name === undefined ? logs : { [log('loss')]: one, ...logs } }
    })
    return { loss: judged.map(j => j.weighted).reduce((a, b) => a.add(b)), ...Object.assign({}, ...judged.map(j => j.logs)) }
  }
  return { train: batch => optimizer.minimize(model, () => judge(batch)), evaluate: judge, state: { model, optimizer } }
}
