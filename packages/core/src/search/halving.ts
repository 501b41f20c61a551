import { RangeError } from '../errors.ts'
import { anywhere, positive, type Job, type Strategy } from './strategy.ts'

/** Options of `halving`. */
export interface HalvingOptions {
  /** Points at the beginning. */
  trials: number
  /** What each of them may spend, and what the best may spend in the end, such as epochs. */
  budget: readonly [least: number, most: number]
  /** The best 1 ⁄ factor of the trials go on, each with factor times as much; default 3. */
  factor?: number
}

/**
 * Many points with little each, then the better ones with more: round k has ⌊trials ⁄ factorᵏ⌋ trials with budget least · factorᵏ,
 * until the budget is `most` or one is left. The objective hears of the budget, and of the trial's number, so that it can go on where
 * this trial stands.
 *
 * Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", 2016.
 * @throws RangeError for options that are no whole numbers of at least 1 (factor: 2), and for most < least.
 * @example
 * const strategy = halving({ trials: 27, budget: [1, 27] })   // 27 × 1, 9 × 3, 3 × 9, 1 × 27 epochs
 * await search({ space, strategy, objective: ({ rate }, { budget }) => train(rate, { epochs: budget }) })
 */
export function halving({ trials, budget: [least, most], factor = 3 }: HalvingOptions): Strategy {
  positive('halving', { trials, least, most, factor })
  if (factor < 2) throw new RangeError(`halving: factor must be at least 2, got ${factor}.`)
  if (most < least) throw new RangeError(`halving: budget must be [least, most], got ${least} and ${most}.`)
  return {
    text: `halving(${trials}, ${least} … ${most}, ${factor})`,
    next({ space, done, cost, rng }): Job[] {
      if (!done.length) return Array.from({ length: trials }, (_, number) => ({ number, point: anywhere(space, rng), budget: least }))
      const { budget: spent } = done.at(-1)!
      const round = done.filter(t => t.budget === spent)
      const count = Math.floor(round.length / factor)
      if (spent! >= most || !count) return []
      const best = round.filter(t => cost(t) < Infinity).toSorted((a, b) => cost(a) - cost(b) || a.number - b.number)
      return best.slice(0, count).map(({ number, point }) => ({ number, point, budget: Math.min(most, spent! * factor) }))
    },
  }
}
