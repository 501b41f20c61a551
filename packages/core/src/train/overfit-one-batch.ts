import { RangeError, RunError } from '../errors.ts'
import { compile, type Engine } from '../graph/compile.ts'
import { toBatch, type Batch, type HostBatch } from './batch.ts'
import { keepState } from './keep-state.ts'
import type { StepLogs, TrainStep } from './supervised.ts'

/** Options of `overfitOneBatch`. */
export interface OverfitOptions {
  /** How often the batch is learned from; default 100. */
  steps?: number
  /** The loss must fall to this share of the first one; default 0.1. */
  share?: number
  engine?: Engine
}

/**
 * The first check of a new model: can it learn one batch by heart? What can't is broken somewhere (a wrong loss, a gradient that is cut
 * off, labels that do not fit, a learning rate far away), and no amount of data will help. Gives the loss before each step; what
 * the step names as its state is as before afterwards.
 * @throws RunError if the loss did not fall enough, or was not finite.
 * @example
 * const losses = await overfitOneBatch(step, firstBatch, { engine: onnx() })
 */
export async function overfitOneBatch(
  step: TrainStep,
  batch: HostBatch,
  { steps = 100, share = 0.1, engine }: OverfitOptions = {},
): Promise<number[]> {
  if (!(Number.isInteger(steps) && steps >= 2))
    throw new RangeError(`overfitOneBatch: steps must be a whole number of at least 2, got ${steps}`)
  const train = compile((b: Batch): StepLogs => step.train(b), { engine })
  const losses: number[] = []
  try {
    await keepState(step.state, async () => {
      const given = toBatch(batch)
      for (let i = 0; i < steps; i++) {
        const { loss } = await train(given)
        if (!loss) throw new RunError('overfitOneBatch: the step gives no loss. Name the figure that must fall: { loss }')
        losses.push(await loss.item())
        if (!Number.isFinite(losses[i]))
          throw new RunError(
            `overfitOneBatch: the loss is ${losses[i]} at step ${i + 1}. Lower the learning rate, or look for bad numbers in the batch.`,
          )
      }
    })
  } finally {
    await train.dispose()
  }
  const [first, last] = [losses[0]!, losses.at(-1)!]
  if (!(last <= first * share))
    throw new RunError(
      `overfitOneBatch: after ${steps} steps on one batch the loss is ${last}, from ${first} at first: more than ${share} of it. Look whether labels fit their inputs, whether gradients reach every parameter, and try another learning rate.`,
    )
  return losses
}
