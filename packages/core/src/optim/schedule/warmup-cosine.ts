import { RangeError } from '../../errors.ts'
import { halfCosine, type Schedule } from './schedule.ts'

/**
 * Linear warm-up from 0 to 1 over `warmup` steps, then half a cosine down to 0 at `total` steps.
 * @throws RangeError unless 0 < warmup < total.
 * @example
 * adam(1e-3, { schedule: warmupCosine(500, 10_000) })
 */
export function warmupCosine(warmup: number, total: number): Schedule {
  if (!(warmup > 0 && warmup < total)) throw new RangeError(`warmupCosine: 0 < warmup < total must hold, got ${warmup} and ${total}`)
  return step =>
    step
      .div(warmup)
      .minimum(1)
      .mul(
        halfCosine(
          step
            .sub(warmup)
            .div(total - warmup)
            .clip(0, 1),
        ),
      )
}
