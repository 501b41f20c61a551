import type { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'
import { resize, type ResizeOptions } from './resize.ts'

/**
 * Larger or smaller images: y[i] = x[⌊i/scale⌋], or between the nearest two or four for 'linear' and 'cubic'.
 *
 * x: [n, c, ...sides] → [n, c, ...sides·scale] or [n, c, ...size]. options: those of `resize`.
 * PyTorch: Upsample, UpsamplingNearest2d, UpsamplingBilinear2d; Keras: UpSampling1D, UpSampling2D, UpSampling3D.
 * @example
 * new Upsample({ scale: 2 }).forward(zeros([1, 8, 7, 7]))   // [1, 8, 14, 14]
 */
export class Upsample extends Module {
  readonly #options: ResizeOptions
  constructor(options: ResizeOptions) {
    super()
    this.#options = options
  }
  /** x: [n, c, ...sides] → [n, c, ...sides·scale] or [n, c, ...size] */
  forward(x: Tensor): Tensor {
    return resize(x, this.#options)
  }
}
