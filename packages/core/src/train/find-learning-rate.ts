import { PortolanError, RangeError, RunError } from '../errors.ts'
import { compile, type Engine } from '../graph/compile.ts'
import { modules } from '../nn/module.ts'
import { Optimizer } from '../optim/optimizer.ts'
import { toBatch, type Batch, type Batches, type HostBatch } from './batch.ts'
import { keepState } from './keep-state.ts'
import type { StepLogs, TrainStep } from './supervised.ts'

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions {
  /** The first rate, > 0; default 1e-7. */
  from?: number
  /** The last rate; default 10. */
  to?: number
  /** How many steps lead from one to the other; default 100. */
  steps?: number
  /** It ends where the running loss is so many times its least, > 1; default 4. */
  divergence?: number
  engine?: Engine
}

/** What a range test found. */
export interface LearningRates {
  readonly rates: number[]
  /** The loss of the batch that was learned from with each rate, before that. */
  readonly losses: number[]
  /** Where the loss falls fastest, against the logarithm of the rate. A good start for training is this or somewhat less. */
  readonly suggestion: number
}

/**
 * The learning-rate range test: trains a step a rate, from tiny to far too large, and tells where the loss falls fastest. The data is
 * gone through again and again; what the step names as its state is as before afterwards.
 *
 * Smith, "Cyclical Learning Rates for Training Neural Networks", 2017.
 * @throws PortolanError if the step's state has not exactly one optimizer, or that has a schedule; RunError if the loss is not finite
 * from the beginning; RangeError for an option outside its range.
 * @example
 * const { suggestion } = await findLearningRate(step, loader(train), { engine: onnx() })
 * optimizer.setLearningRate(suggestion)
 */
export async function findLearningRate(step: TrainStep, data: Batches, options: FindLearningRateOptions = {}): Promise<LearningRates> {
  const { from = 1e-7, to = 10, steps = 100, divergence = 4, engine } = options
  if (!(from > 0 && to > from && to < Infinity)) throw new RangeError(`findLearningRate: 0 < from < to must hold, got ${from} and ${to}`)
  if (!(Number.isInteger(steps) && steps >= 10))
    throw new RangeError(`findLearningRate: steps must be a whole number of at least 10, got ${steps}`)
  if (!(divergence > 1)) throw new RangeError(`findLearningRate: divergence must be above 1, got ${divergence}`)
  const optimizer = optimizerOf(step)
  const rates: number[] = []
  const losses: number[] = []
  let running: number | undefined
  let least = Infinity
  const train = compile((b: Batch): StepLogs => step.train(b), { engine })
  try {
    await keepState(step.state, async () => {
      for await (const batch of endless(data)) {
        const rate = from * (to / from) ** (rates.length / (steps - 1))
        optimizer.setLearningRate(rate)
        const { loss } = await train(toBatch(batch))
        if (!loss) throw new PortolanError('findLearningRate: the step gives no loss. Name the figure that must fall: { loss }')
        const now = await loss.item()
        running = running === undefined ? now : 0.8 * running + 0.2 * now
        if (!(running <= divergence * least)) break
        least = Math.min(least, running)
        rates.push(rate)
        losses.push(now)
        if (rates.length === steps) break
      }
    })
  } finally {
    await train.dispose()
  }
  const window = Math.round(steps / 20)
  if (rates.length < 2 * window + 1)
    throw new RunError(
      `findLearningRate: the loss grew beyond measure by step ${rates.length + 1}, at rate ${rates.at(-1) ?? from}. Begin with a smaller rate, or look for bad numbers in the data.`,
    )
  return { rates, losses, suggestion: rates[steepest(losses, window)]! }
}

function optimizerOf({ state }: TrainStep): Optimizer {
  const found = [...modules(state).values()].filter(m => m instanceof Optimizer)
  const [optimizer] = found
  if (!optimizer || found.length > 1)
    throw new PortolanError(
      `findLearningRate: the step's state must have one optimizer, it has ${found.length}. Use supervised(), or give the step { state: { model, optimizer } }.`,
    )
  if (optimizer.scheduled)
    throw new PortolanError(
      'findLearningRate: the optimizer has a schedule, which would change the rate as well. Test with one that has none.',
    )
  return optimizer
}

async function* endless(data: Batches): AsyncGenerator<HostBatch> {
  for (;;) {
    let any = false
    for await (const batch of data) {
      any = true
      yield batch
    }
    if (!any)
      throw new PortolanError(
        'findLearningRate: the data gave no batch. If it is a generator, it can be gone through only once: pass something that starts anew, such as an array or a loader.',
      )
  }
}

/** Where the line through a number and its neighbours, so many on each side, falls most. */
function steepest(losses: readonly number[], window: number): number {
  const slopes = losses
    .slice(window, losses.length - window)
    .map((_, i) => losses.slice(i, i + 2 * window + 1).reduce((sum, v, j) => sum + (j - window) * v, 0))
  return window + slopes.indexOf(Math.min(...slopes))
}
