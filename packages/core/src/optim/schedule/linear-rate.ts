import { checkSchedule, progress, type Schedule } from './schedule.ts'

/**
 * A line from one factor to another over `steps` steps; the last stays.
 *
 * PyTorch: `LinearLR(start_factor=from, end_factor=to, total_iters=steps)`.
 * @throws RangeError for what is negative, or less than one step.
 * @example
 * sgd(0.1, { schedule: linearRate(1, 0, 10_000) })
 */
export function linearRate(from: number, to: number, steps: number): Schedule {
  checkSchedule('linearRate', 'from', from, 0)
  checkSchedule('linearRate', 'to', to, 0)
  checkSchedule('linearRate', 'steps', steps, 1)
  return step =>
    progress(step, steps)
      .mul(to - from)
      .add(from)
}
