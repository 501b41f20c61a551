import { RangeError } from '../errors.ts'
import type { DType } from './spec.ts'
import { iota, type Tensor } from './tensor.ts'

/**
 * start, start + step, … up to, not including, stop.
 * `step`: not 0; `dtype`: int32 if all three are integers, else float32.
 * @throws RangeError if a number is not finite or the step is 0.
 * @example
 * arange(2, 11, { step: 3 })                   // int32 [2, 5, 8]
 * arange(1, 0, { step: -0.25 })                // float32 [1, 0.75, 0.5, 0.25]
 */
export function arange(start: number, stop: number, { step = 1, dtype }: { step?: number; dtype?: DType } = {}): Tensor {
  const numbers = [start, stop, step]
  if (!numbers.every(Number.isFinite) || step === 0)
    throw new RangeError(`arange: start, stop and step must be finite, the step not 0, got ${numbers.join(', ')}`)
  const length = Math.max(0, Math.ceil((stop - start) / step))
  return iota(length, dtype ?? (numbers.every(Number.isInteger) ? 'int32' : 'float32'))
    .mul(step)
    .add(start)
}
