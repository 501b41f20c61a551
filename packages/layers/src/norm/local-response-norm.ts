import { Module, RangeError, type Tensor } from '@portolan/core'

/** Options of `LocalResponseNorm`. */
export interface LocalResponseNormOptions {
  /** Default 1e-4. */
  alpha?: number
  /** Default 0.75. */
  beta?: number
  /** Default 1. */
  k?: number
}

/**
 * Divides each number by what its neighbours in the channels hold: x/(k + alpha/size·Σ x²)^beta, the sum over `size` channels around.
 *
 * x: [n, c, ...] → same. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", 2012.
 * PyTorch: LocalResponseNorm, CrossMapLRN2d; Keras: -.
 * @throws RangeError if size is not an integer ≥ 1.
 * @example
 * new LocalResponseNorm(5).forward(zeros([2, 8, 6, 6]))
 */
export class LocalResponseNorm extends Module {
  readonly #options: Required<LocalResponseNormOptions>
  constructor(
    readonly size: number,
    { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
  ) {
    super()
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`LocalResponseNorm: size must be an integer of at least 1, got ${size}`)
    this.#options = { alpha, beta, k }
  }
  /** x: [n, c, ...] → same */
  forward(x: Tensor): Tensor {
    const { alpha, beta, k } = this.#options
    const around = (before: number) => x.shape.map((_, axis) => (axis === 1 ? before : 0))
    const squares = x.square().pad(around(this.size >> 1), around((this.size - 1) >> 1))
    const total = Array.from({ length: this.size }, (_, i) => squares.slice(1, i, i + x.shape[1]!)).reduce((a, b) => a.add(b))
    return x.div(
      total
        .mul(alpha / this.size)
        .add(k)
        .pow(beta),
    )
  }
}
