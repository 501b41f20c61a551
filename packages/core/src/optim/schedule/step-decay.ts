import { RangeError } from '../../errors.ts'
import { checkSchedule, done, type Schedule } from './schedule.ts'

/**
 * Times γ after every so many steps: γ^⌊done/every⌋.
 *
 * PyTorch: `StepLR(step_size=every, gamma)`; Keras: `ExponentialDecay(staircase=True)`.
 * @throws RangeError for less than one step, or unless γ > 0.
 * @example
 * sgd(0.1, { schedule: stepDecay(30 * stepsPerEpoch) })
 */
export function stepDecay(every: number, gamma = 0.1): Schedule {
  checkSchedule('stepDecay', 'every', every, 1, true)
  checkSchedule('stepDecay', 'gamma', gamma, Number.MIN_VALUE)
  // half a step away from the border, which a quotient that is not exact, as on GPUs, might miss
  return step => done(step).add(0.5).div(every).cast('int32').cast('float32').mul(Math.log(gamma)).exp()
}

/**
 * Times γ at each milestone: γ^(how many of them are behind).
 *
 * PyTorch: `MultiStepLR(milestones, gamma)`; Keras: `PiecewiseConstantDecay`.
 * @throws RangeError unless milestones are whole numbers that rise, or for a negative γ.
 * @example
 * sgd(0.1, { schedule: multiStepDecay([30_000, 60_000, 80_000]) })
 */
export function multiStepDecay(milestones: readonly number[], gamma = 0.1): Schedule {
  checkSchedule('multiStepDecay', 'gamma', gamma, 0)
  if (!milestones.length || milestones.some((m, i) => !Number.isInteger(m) || m <= (milestones[i - 1] ?? -1)))
    throw new RangeError(`multiStepDecay: milestones must be whole numbers that rise, at least one, got [${milestones}]`)
  return step => milestones.map(m => done(step).less(m).where(1, step.onesLike().mul(gamma))).reduce((a, b) => a.mul(b))
}
