import { PortolanError, RangeError } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Callback } from './callback.ts'
import { logOf, namesOf } from './history.ts'

/** Options of `reduceOnPlateau`. */
export interface ReduceOnPlateauOptions {
  /** Which log, as in `History`: with 'validation.' before it of the validation set; default 'validation.loss'. */
  monitor?: string
  /** Whether less or more is better; default 'min'. */
  mode?: 'min' | 'max'
  /** What the learning rate is multiplied by, 0 … 1; default 0.1. */
  factor?: number
  /** How many epochs without a better figure are borne; default 10. */
  patience?: number
  /** How much better a figure must be to count; default 1e-4. */
  threshold?: number
  /** Whether the threshold is a share of the best figure, or is added to it; default 'relative'. */
  thresholdMode?: 'relative' | 'absolute'
  /** How many epochs after a reduction are not looked at; default 0. */
  cooldown?: number
  /** The learning rate never falls below this; default 0. */
  minRate?: number
}

/**
 * Lowers the learning rate when a figure has not become better for some epochs.
 *
 * PyTorch: `ReduceLROnPlateau`; Keras: `ReduceLROnPlateau`.
 * @throws PortolanError if the figure isn't there, RangeError unless 0 < factor < 1.
 * @example
 * new Trainer({ step, callbacks: [reduceOnPlateau(optimizer, { patience: 3 })] })
 */
export function reduceOnPlateau(
  optimizer: Optimizer,
  {
    monitor = 'validation.loss',
    mode = 'min',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    thresholdMode = 'relative',
    cooldown = 0,
    minRate = 0,
  }: ReduceOnPlateauOptions = {},
): Callback {
  if (!(factor > 0 && factor < 1)) throw new RangeError(`reduceOnPlateau: factor must be between 0 and 1, got ${factor}`)
  const sign = mode === 'min' ? 1 : -1
  let best: number | undefined
  let waited = 0
  let resting = 0
  const isBetter = (now: number): boolean => {
    if (best === undefined) return !Number.isNaN(now)
    const bar = thresholdMode === 'relative' ? best * (1 - sign * threshold) : best - sign * threshold
    return sign * now < sign * bar
  }
  return {
    key: 'reduceOnPlateau',
    async epochEnd({ epoch, logs, validation }) {
      const log = { epoch, logs, ...(validation && { validation }) }
      const now = logOf(log, monitor)
      if (now === undefined)
        throw new PortolanError(
          `reduceOnPlateau: no epoch has a log named ${monitor}; there are ${namesOf([log]).join(', ')}. ${validation ? 'Name one of them.' : 'Pass fit a validation set, or monitor a training log.'}`,
        )
      const better = isBetter(now)
      if (better) best = now
      waited = better ? 0 : waited + 1
      if (resting > 0) {
        resting--
        waited = 0
      }
      if (waited <= patience) return
      const rate = await optimizer.lr.value.item()
      if (rate > minRate) optimizer.setLearningRate(Math.max(rate * factor, minRate))
      resting = cooldown
      waited = 0
    },
    state: () => ({ best, waited, resting }),
    restore(state) {
      ;({ best, waited, resting } = state as { best: number | undefined; waited: number; resting: number })
    },
  }
}
