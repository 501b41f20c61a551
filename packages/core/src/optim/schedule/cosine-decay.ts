import { checkSchedule, done, halfCosine, progress, type Schedule } from './schedule.ts'

/** Options of `cosineDecay`. */
export interface CosineOptions {
  /** What the factor never falls below, ≥ 0; default 0. */
  floor?: number
}

/**
 * Half a cosine from 1 down to the floor over `steps` steps; the floor stays.
 *
 * PyTorch: `CosineAnnealingLR(T_max=steps, eta_min=floor·lr)`; Keras: `CosineDecay(alpha=floor)`.
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
 * @throws RangeError for less than one step, or a negative floor.
 * @example
 * sgd(0.1, { momentum: 0.9, schedule: cosineDecay(epochs * stepsPerEpoch) })
 */
export function cosineDecay(steps: number, { floor = 0 }: CosineOptions = {}): Schedule {
  checkSchedule('cosineDecay', 'steps', steps, 1)
  checkSchedule('cosineDecay', 'floor', floor, 0)
  return step =>
    halfCosine(progress(step, steps))
      .mul(1 - floor)
      .add(floor)
}

/** Options of `cosineRestarts`. */
export interface CosineRestartsOptions extends CosineOptions {
  /** How many times longer each period is than the last, a whole number; default 1. */
  longer?: number
}

/**
 * Half a cosine from 1 down to the floor, again and again.
 *
 * PyTorch: `CosineAnnealingWarmRestarts(T_0=steps, T_mult=longer, eta_min=floor·lr)`; Keras: `CosineDecayRestarts`.
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
 * @throws RangeError for less than one step, or a negative floor.
 * @example
 * sgd(0.1, { schedule: cosineRestarts(1000, { longer: 2 }) })
 */
export function cosineRestarts(steps: number, { floor = 0, longer = 1 }: CosineRestartsOptions = {}): Schedule {
  checkSchedule('cosineRestarts', 'steps', steps, 1, true)
  checkSchedule('cosineRestarts', 'longer', longer, 1, true)
  checkSchedule('cosineRestarts', 'floor', floor, 0)
  return step => {
    const behind = done(step)
    // In units of the first period, [0, 1), [1, 1 + k), [1 + k, 1 + k + k²), … are the periods: period n begins at (kⁿ − 1)/(k − 1).
    // Rounding is kept from crossing a border by looking from half a step beyond.
    const units = behind.add(0.5).div(steps)
    const whole = (x: typeof step): typeof step => x.cast('int32').cast('float32')
    const period =
      longer === 1
        ? whole(units)
        : whole(
            units
              .mul(longer - 1)
              .add(1)
              .log()
              .div(Math.log(longer)),
          )
    const length = longer === 1 ? period.onesLike() : period.mul(Math.log(longer)).exp()
    const begin = longer === 1 ? period : length.sub(1).div(longer - 1)
    return halfCosine(behind.div(steps).sub(begin).div(length).clip(0, 1))
      .mul(1 - floor)
      .add(floor)
  }
}
