import type { Tensor } from '../tensor/tensor.ts'
import { adaptiveAvgPool, adaptiveMaxPool } from './adaptive-pool.ts'
import { avgPool1d, avgPool2d, avgPool3d, type AvgPoolOptions } from './avg-pool.ts'
import { globalAvgPool, globalMaxPool } from './global-pool.ts'
import { maxPool1d, maxPool2d, maxPool3d, type MaxPoolOptions } from './max-pool.ts'
import { Module } from './module.ts'
import type { Sides, Spatial } from './windows.ts'

/** A pooling with its window. */
abstract class Pooling<K, O> extends Module {
  readonly #pool: (x: Tensor, kernel: K, options: O) => Tensor
  readonly #options: O
  constructor(
    pool: (x: Tensor, kernel: K, options: O) => Tensor,
    readonly kernel: K,
    options: O,
  ) {
    super()
    this.#pool = pool
    this.#options = options
  }
  /** x: [n, c, ...sides] → [n, c, ...sides′] */
  forward(x: Tensor): Tensor {
    return this.#pool(x, this.kernel, this.#options)
  }
}

/**
 * The largest number of each window of a sequence: max(window).
 *
 * x: [n, c, l] → [n, c, l′]. The stride is the kernel unless given. PyTorch: MaxPool1d; Keras: MaxPooling1D.
 * @example
 * new MaxPool1d(2).forward(zeros([2, 8, 100]))         // [2, 8, 50]
 */
export class MaxPool1d extends Pooling<Sides<1>, MaxPoolOptions<1>> {
  constructor(kernel: Sides<1>, options: MaxPoolOptions<1> = {}) {
    super(maxPool1d, kernel, options)
  }
}

/**
 * The largest number of each window of an image: max(window).
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given. PyTorch: MaxPool2d; Keras: MaxPooling2D.
 * @example
 * new MaxPool2d(2).forward(zeros([2, 8, 28, 28]))      // [2, 8, 14, 14]
 */
export class MaxPool2d extends Pooling<Sides<2>, MaxPoolOptions<2>> {
  constructor(kernel: Sides<2>, options: MaxPoolOptions<2> = {}) {
    super(maxPool2d, kernel, options)
  }
}

/**
 * The largest number of each window of a volume: max(window).
 *
 * x: [n, c, d, h, w] → [n, c, d′, h′, w′]. The stride is the kernel unless given. PyTorch: MaxPool3d; Keras: MaxPooling3D.
 * @example
 * new MaxPool3d(2).forward(zeros([2, 8, 4, 16, 16]))   // [2, 8, 2, 8, 8]
 */
export class MaxPool3d extends Pooling<Sides<3>, MaxPoolOptions<3>> {
  constructor(kernel: Sides<3>, options: MaxPoolOptions<3> = {}) {
    super(maxPool3d, kernel, options)
  }
}

/**
 * The mean of each window of a sequence: mean(window).
 *
 * x: [n, c, l] → [n, c, l′]. The stride is the kernel unless given. PyTorch: AvgPool1d; Keras: AveragePooling1D.
 * @example
 * new AvgPool1d(2).forward(zeros([2, 8, 100]))         // [2, 8, 50]
 */
export class AvgPool1d extends Pooling<Sides<1>, AvgPoolOptions<1>> {
  constructor(kernel: Sides<1>, options: AvgPoolOptions<1> = {}) {
    super(avgPool1d, kernel, options)
  }
}

/**
 * The mean of each window of an image: mean(window).
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given. PyTorch: AvgPool2d; Keras: AveragePooling2D.
 * @example
 * new AvgPool2d(2).forward(zeros([2, 8, 28, 28]))      // [2, 8, 14, 14]
 */
export class AvgPool2d extends Pooling<Sides<2>, AvgPoolOptions<2>> {
  constructor(kernel: Sides<2>, options: AvgPoolOptions<2> = {}) {
    super(avgPool2d, kernel, options)
  }
}

/**
 * The mean of each window of a volume: mean(window).
 *
 * x: [n, c, d, h, w] → [n, c, d′, h′, w′]. The stride is the kernel unless given. PyTorch: AvgPool3d; Keras: AveragePooling3D.
 * @example
 * new AvgPool3d(2).forward(zeros([2, 8, 4, 16, 16]))   // [2, 8, 2, 8, 8]
 */
export class AvgPool3d extends Pooling<Sides<3>, AvgPoolOptions<3>> {
  constructor(kernel: Sides<3>, options: AvgPoolOptions<3> = {}) {
    super(avgPool3d, kernel, options)
  }
}

/**
 * The means of as many windows as are asked for, whatever the size: mean(window), windows of ⌊i·h/h′⌋ … ⌈(i + 1)·h/h′⌉.
 *
 * x: [n, c, ...sides] → [n, c, ...size]; size: one number, or one for each side. PyTorch: AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d;
 * Keras: AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D.
 * @example
 * new AdaptiveAvgPool(7).forward(zeros([2, 8, 20, 30]))   // [2, 8, 7, 7]
 */
export class AdaptiveAvgPool extends Module {
  constructor(readonly size: Sides<Spatial>) {
    super()
  }
  /** x: [n, c, ...sides] → [n, c, ...size] */
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool(x, this.size)
  }
}

/**
 * The largest numbers of as many windows as are asked for, whatever the size: max(window), windows of ⌊i·h/h′⌋ … ⌈(i + 1)·h/h′⌉.
 *
 * x: [n, c, ...sides] → [n, c, ...size]; size: one number, or one for each side. PyTorch: AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d;
 * Keras: AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D.
 * @example
 * new AdaptiveMaxPool(7).forward(zeros([2, 8, 20, 30]))   // [2, 8, 7, 7]
 */
export class AdaptiveMaxPool extends Module {
  constructor(readonly size: Sides<Spatial>) {
    super()
  }
  /** x: [n, c, ...sides] → [n, c, ...size] */
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool(x, this.size)
  }
}

/**
 * The mean of each channel: mean(x[n, c]).
 *
 * x: [n, c, ...sides] → [n, c]. Lin et al., "Network In Network", 2013. PyTorch: -; Keras: GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D.
 * @example
 * new GlobalAvgPool().forward(zeros([2, 8, 7, 7]))     // [2, 8]
 */
export class GlobalAvgPool extends Module {
  /** x: [n, c, ...sides] → [n, c] */
  forward(x: Tensor): Tensor {
    return globalAvgPool(x)
  }
}

/**
 * The largest number of each channel: max(x[n, c]).
 *
 * x: [n, c, ...sides] → [n, c]. PyTorch: -; Keras: GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D.
 * @example
 * new GlobalMaxPool().forward(zeros([2, 8, 7, 7]))     // [2, 8]
 */
export class GlobalMaxPool extends Module {
  /** x: [n, c, ...sides] → [n, c] */
  forward(x: Tensor): Tensor {
    return globalMaxPool(x)
  }
}
