import { constant, Module, param, RangeError, type Param, type Tensor } from '@portolan/core'

/** Options of `GeMPool`. */
export interface GeMPoolOptions {
  /** 1 is the mean, ∞ the largest; default 3. */
  p?: number
  /** Least number, > 0; default 1e-6. */
  epsilon?: number
}

/**
 * A mean between the average and the largest of each channel, which it learns: (mean(max(x, ε)ᵖ))^(1/p).
 *
 * x: [n, c, ...] → [n, c]. Parameter: p [1]. Radenović et al., "Fine-tuning CNN Image Retrieval with No Human Annotation", 2017. PyTorch: -; Keras: -.
 * @throws RangeError if epsilon is not positive.
 * @example
 * new GeMPool().forward(zeros([2, 8, 7, 7]))   // [2, 8]
 */
export class GeMPool extends Module {
  readonly p: Param
  readonly #epsilon: number
  constructor({ p = 3, epsilon = 1e-6 }: GeMPoolOptions = {}) {
    super()
    if (!(epsilon > 0)) throw new RangeError(`GeMPool: epsilon must be positive, got ${epsilon}`)
    this.p = param([1], constant(p))
    this.#epsilon = epsilon
  }
  /** x: [n, c, ...] → [n, c] */
  forward(x: Tensor): Tensor {
    const p = this.p.value
    const numbers = x.flatten(2).clip(this.#epsilon, Infinity) // [n, c, all]
    return numbers.pow(p).mean(-1).pow(p.reciprocal())
  }
}
