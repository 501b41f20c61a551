import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A factor of the learning rate for each step, in tensors, so that it is part of the program. step: float32 [], counted from 1 → [] */
export type Schedule = (step: Tensor) => Tensor

/**
 * Linear warm-up from 0 to 1 over `warmup` steps, then half a cosine down to 0 at `total` steps.
 * @throws RangeError unless 0 < warmup < total.
 */
export function warmupCosine(warmup: number, total: number): Schedule {
  if (!(warmup > 0 && warmup < total)) throw new RangeError(`warmupCosine: 0 < warmup < total must hold, got ${warmup} and ${total}`)
  return step => {
    const up = step.div(warmup).minimum(1)
    const progress = step.sub(warmup).div(total - warmup).clip(0, 1)
    return up.mul(progress.mul(Math.PI).cos().add(1).mul(0.5))
  }
}
