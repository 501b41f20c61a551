import { maxUnpool1d, maxUnpool2d, maxUnpool3d, Module, type MaxUnpoolOptions, type Sides, type Tensor } from '@portolan/core'

/** What the three have in common. */
abstract class Unpooling<K, O> extends Module {
  readonly #unpool: (x: Tensor, indices: Tensor, kernel: K, options: O) => Tensor
  readonly #options: O
  constructor(
    unpool: (x: Tensor, indices: Tensor, kernel: K, options: O) => Tensor,
    readonly kernel: K,
    options: O,
  ) {
    super()
    this.#unpool = unpool
    this.#options = options
  }
  /** Values and indices as `maxPoolWithIndices` gives them. */
  forward(values: Tensor, indices: Tensor): Tensor {
    return this.#unpool(values, indices, this.kernel, this.#options)
  }
}

/**
 * Puts the largest numbers of windows back where they were, zeros elsewhere: y[index[i]] = x[i].
 *
 * x, indices: [n, c, l] → [n, c, l′]. Zeiler et al., "Adaptive Deconvolutional Networks", 2011. PyTorch: MaxUnpool1d; Keras: -.
 * @example
 * const { values, indices } = maxPoolWithIndices(zeros([1, 2, 8]), 2)
 * new MaxUnpool1d(2).forward(values, indices)
 */
export class MaxUnpool1d extends Unpooling<Sides<1>, MaxUnpoolOptions<1>> {
  constructor(kernel: Sides<1>, options: MaxUnpoolOptions<1> = {}) {
    super(maxUnpool1d, kernel, options)
  }
}

/**
 * Puts the largest numbers of windows back where they were, zeros elsewhere: y[index[i, j]] = x[i, j].
 *
 * x, indices: [n, c, h, w] → [n, c, h′, w′]. Zeiler et al., "Adaptive Deconvolutional Networks", 2011. PyTorch: MaxUnpool2d; Keras: -.
 * @example
 * const { values, indices } = maxPoolWithIndices(zeros([1, 2, 8, 8]), 2)
 * new MaxUnpool2d(2).forward(values, indices)
 */
export class MaxUnpool2d extends Unpooling<Sides<2>, MaxUnpoolOptions<2>> {
  constructor(kernel: Sides<2>, options: MaxUnpoolOptions<2> = {}) {
    super(maxUnpool2d, kernel, options)
  }
}

/**
 * Puts the largest numbers of windows back where they were, zeros elsewhere: y[index[i, j, k]] = x[i, j, k].
 *
 * x, indices: [n, c, d, h, w] → [n, c, d′, h′, w′]. Zeiler et al., "Adaptive Deconvolutional Networks", 2011. PyTorch: MaxUnpool3d; Keras: -.
 * @example
 * const { values, indices } = maxPoolWithIndices(zeros([1, 2, 4, 8, 8]), 2)
 * new MaxUnpool3d(2).forward(values, indices)
 */
export class MaxUnpool3d extends Unpooling<Sides<3>, MaxUnpoolOptions<3>> {
  constructor(kernel: Sides<3>, options: MaxUnpoolOptions<3> = {}) {
    super(maxUnpool3d, kernel, options)
  }
}
