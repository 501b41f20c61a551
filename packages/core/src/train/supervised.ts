import { PortolanError } from '../errors.ts'
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

export interface SupervisedOptions<M extends Module> {
  model: M
  /** (output, target) → [] */
  loss: (output: Tensor, target: Tensor) => Tensor
  optimizer: Optimizer
  /** (output, target) → [], by name: means over the batch. */
  metrics?: Readonly<Record<string, (output: Tensor, target: Tensor) => Tensor>>
  /** Name of the input in a batch; default: the first entry. */
  input?: string
  /** Name of the target in a batch; default: the second entry of two. */
  target?: string
}

function entry(batch: Batch, name: string | undefined, position: number): Tensor {
  const names = Object.keys(batch)
  const key = name ?? (names.length === 2 ? names[position] : undefined)
  const found = key === undefined ? undefined : batch[key]
  if (found) return found
  const option = position ? 'target' : 'input'
  throw new PortolanError(
    key === undefined
      ? `supervised: a batch of ${names.length} entries (${names.join(', ')}) does not tell which is the ${option}. Name it: supervised({ …, ${option}: '…' })`
      : `supervised: the batch has no ${key}. It has: ${names.join(', ')}`,
  )
}

/**
 * A step that learns to map inputs to targets.
 * @example
 * const step = supervised({ model, loss: crossEntropy, optimizer: adam(1e-3), metrics: { accuracy } })
 * const trainer = new Trainer({ step, engine: onnx() })
 */
export function supervised<M extends Module & { forward(x: Tensor): Tensor }>({
  model,
  loss,
  optimizer,
  metrics = {},
  input,
  target,
}: SupervisedOptions<M>): TrainStep {
  optimizer.init(model)
  const judge = (batch: Batch): { loss: Tensor } & StepLogs => {
    const output = model.forward(entry(batch, input, 0))
    const expected = entry(batch, target, 1)
    return { loss: loss(output, expected), ...Object.fromEntries(Object.entries(metrics).map(([name, f]) => [name, f(output, expected)])) }
  }
  return { train: batch => optimizer.minimize(model, () => judge(batch)), evaluate: judge, state: { model, optimizer } }
}
