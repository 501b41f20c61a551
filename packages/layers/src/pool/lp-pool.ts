import { avgPool1d, avgPool2d, Module, RangeError, type AvgPoolOptions, type Sides, type Tensor } from '@portolan/core'

function checkOrder(name: string, p: number): void {
  if (!(p >= 1 && p < Infinity)) throw new RangeError(`${name}: p must be a number of at least 1, got ${p}`)
}

/**
 * The p-norm of each window of a sequence: (Σ xᵖ)^(1/p).
 *
 * x: [n, c, l] → [n, c, l′]. The stride is the kernel unless given. PyTorch: LPPool1d; Keras: -.
 * @throws RangeError unless p ≥ 1.
 * @example
 * new LPPool1d(2, 3).forward(zeros([2, 8, 12]))        // [2, 8, 4]
 */
export class LPPool1d extends Module {
  readonly #options: Pick<AvgPoolOptions<1>, 'stride' | 'ceilMode'>
  constructor(
    readonly p: number,
    readonly kernel: number,
    options: Pick<AvgPoolOptions<1>, 'stride' | 'ceilMode'> = {},
  ) {
    super()
    checkOrder('LPPool1d', p)
    this.#options = options
  }
  /** x: [n, c, l] → [n, c, l′] */
  forward(x: Tensor): Tensor {
    return avgPool1d(x.pow(this.p), this.kernel, this.#options)
      .mul(this.kernel)
      .pow(1 / this.p)
  }
}

/**
 * The p-norm of each window of an image: (Σ xᵖ)^(1/p).
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given. PyTorch: LPPool2d; Keras: -.
 * @throws RangeError unless p ≥ 1.
 * @example
 * new LPPool2d(2, 3).forward(zeros([2, 8, 12, 12]))    // [2, 8, 4, 4]
 */
export class LPPool2d extends Module {
  readonly #options: Pick<AvgPoolOptions<2>, 'stride' | 'ceilMode'>
  constructor(
    readonly p: number,
    readonly kernel: Sides<2>,
    options: Pick<AvgPoolOptions<2>, 'stride' | 'ceilMode'> = {},
  ) {
    super()
    checkOrder('LPPool2d', p)
    this.#options = options
  }
  /** x: [n, c, h, w] → [n, c, h′, w′] */
  forward(x: Tensor): Tensor {
    const count = typeof this.kernel === 'number' ? this.kernel ** 2 : this.kernel[0] * this.kernel[1]
    return avgPool2d(x.pow(this.p), this.kernel, this.#options)
      .mul(count)
      .pow(1 / this.p)
  }
}
