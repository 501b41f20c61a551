import { checkSchedule, progress, type Schedule } from './schedule.ts'

/** Options of `polynomialDecay`. */
export interface PolynomialOptions {
  /** 1: a line; default 1. */
  power?: number
  /** What the factor ends at, ≥ 0; default 0. */
  floor?: number
}

/**
 * (1 − done/steps)^power, from 1 down to the floor over `steps` steps; the floor stays.
 *
 * PyTorch: `PolynomialLR(total_iters=steps, power)`; Keras: `PolynomialDecay`.
 * @throws RangeError for less than one step, or what is negative.
 * @example
 * sgd(0.01, { schedule: polynomialDecay(40_000, { power: 0.9 }) })
 */
export function polynomialDecay(steps: number, { power = 1, floor = 0 }: PolynomialOptions = {}): Schedule {
  checkSchedule('polynomialDecay', 'steps', steps, 1)
  checkSchedule('polynomialDecay', 'power', power, 0)
  checkSchedule('polynomialDecay', 'floor', floor, 0)
  return step =>
    progress(step, steps)
      .neg()
      .add(1)
      .pow(power)
      .mul(1 - floor)
      .add(floor)
}
