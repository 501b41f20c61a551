import { checkSchedule, done, type Schedule } from './schedule.ts'

/**
 * One factor for some steps, 1 afterwards; without `steps`, for ever.
 *
 * PyTorch: `ConstantLR(factor, total_iters=steps)`.
 * @throws RangeError for what is negative.
 * @example
 * sgd(0.1, { schedule: constantRate(0.1, 500) })
 */
export function constantRate(factor = 1, steps?: number): Schedule {
  checkSchedule('constantRate', 'factor', factor, 0)
  if (steps !== undefined) checkSchedule('constantRate', 'steps', steps, 0)
  return step => (steps === undefined ? step.onesLike().mul(factor) : done(step).less(steps).where(factor, step.onesLike()))
}
