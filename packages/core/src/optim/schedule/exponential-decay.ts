import { RangeError } from '../../errors.ts'
import { checkSchedule, done, type Schedule } from './schedule.ts'

/**
 * Times γ over every so many steps, evenly: γ^(done/every).
 *
 * PyTorch: `ExponentialLR(gamma)`; Keras: `ExponentialDecay(decay_steps=every, decay_rate=gamma)`.
 * @throws RangeError unless γ > 0 and every ≥ 1.
 * @example
 * adam(1e-3, { schedule: exponentialDecay(0.96, 1000) })
 */
export function exponentialDecay(gamma: number, every = 1): Schedule {
  checkSchedule('exponentialDecay', 'every', every, 1)
  if (!(gamma > 0 && gamma < Infinity)) throw new RangeError(`exponentialDecay: gamma must be above 0, got ${gamma}`)
  return step =>
    done(step)
      .mul(Math.log(gamma) / every)
      .exp()
}
