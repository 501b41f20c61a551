import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'
import { defaultRng, type Rng } from './rng.ts'

/**
 * In training, zeroes each number with probability p and divides the others by 1 − p; otherwise does nothing.
 *
 * x: [...] → same. p: 0 ≤ p < 1. The random stream is that of `seed` unless given.
 * Srivastava et al., "Dropout", 2014.
 * @example
 * new Dropout(0.5).forward(ones([4]))          // about half of them 2
 */
export class Dropout extends Module {
  readonly #rng: Rng
  constructor(
    readonly p: number,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    if (!(p >= 0 && p < 1)) throw new RangeError(`Dropout: p must be at least 0 and below 1, got ${p}`)
    this.#rng = rng
  }
  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x
    const keep = this.#rng.uniform(x.shape).less(1 - this.p).cast('float32')
    return x.mul(keep.mul(1 / (1 - this.p)))
  }
}
