import { checkSchedule, type Schedule } from './schedule.ts'

/**
 * The Transformer's schedule: width^−½·min(step^−½, step·warmup^−1½), a line up over `warmup` steps and a fall with the root.
 * It gives the whole rate: the optimizer's is 1.
 *
 * Vaswani et al., "Attention Is All You Need", 2017.
 * @throws RangeError for a width or warm-up below 1.
 * @example
 * adam(1, { betas: [0.9, 0.98], epsilon: 1e-9, schedule: noam(512, 4000) })
 */
export function noam(width: number, warmup: number): Schedule {
  checkSchedule('noam', 'width', width, 1)
  checkSchedule('noam', 'warmup', warmup, 1)
  return step =>
    step
      .pow(-0.5)
      .minimum(step.mul(warmup ** -1.5))
      .mul(width ** -0.5)
}
