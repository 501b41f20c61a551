import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Conv2d } from './conv-layers.ts'
import { Module } from './module.ts'
import { pair, type Pair } from './windows.ts'

/**
 * An image as a sequence of its patches, by a convolution whose stride is its window: y_l = W·patch_l + b.
 *
 * x: [n, c, h, w] → [n, (h / patch)·(w / patch), d], row by row. Parameter: proj. h and w are multiples of the patch.
 * Dosovitskiy et al., "An Image is Worth 16x16 Words", 2020. PyTorch: -; Keras: -.
 * @throws ShapeError if the image does not divide into patches.
 * @example
 * new PatchEmbedding(3, 768, 16).forward(zeros([1, 3, 224, 224]))   // [1, 196, 768]
 */
export class PatchEmbedding extends Module {
  readonly proj: Conv2d
  readonly #patch: readonly [number, number]
  constructor(channels: number, d: number, patch: Pair) {
    super()
    this.#patch = pair(patch)
    this.proj = new Conv2d(channels, d, patch, { stride: patch })
  }
  /** x: [n, c, h, w] → [n, (h / patch)·(w / patch), d] */
  forward(x: Tensor): Tensor {
    if (this.#patch.some((p, i) => x.shape.length !== 4 || x.shape[i + 2]! % p))
      throw new ShapeError(`PatchEmbedding: the input must be [n, c, h, w] with h and w multiples of [${this.#patch}], got [${x.shape}]`)
    const y = this.proj.forward(x) // [n, d, h′, w′]
    return y.reshape([y.shape[0]!, y.shape[1]!, -1]).transpose([0, 2, 1])
  }
}
