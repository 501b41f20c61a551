import { constantRate } from './constant-rate.ts'
import { checkSchedule, type Schedule } from './schedule.ts'

/**
 * A line up to 1, reached at step `steps`, and then another schedule from its beginning; without one, 1.
 *
 * Goyal et al., "Accurate, Large Minibatch SGD", 2017.
 * @throws RangeError for less than one step, or a start below 0.
 * @example
 * adamW(3e-4, { schedule: warmup(1000, cosineDecay(100_000)) })
 */
export function warmup(steps: number, then: Schedule = constantRate(), { from = 0 }: { from?: number } = {}): Schedule {
  checkSchedule('warmup', 'steps', steps, 1)
  checkSchedule('warmup', 'from', from, 0)
  return step => step.greater(steps).where(then(step.sub(steps)), step.mul((1 - from) / steps).add(from))
}
