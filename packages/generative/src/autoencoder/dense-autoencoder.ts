import { Module, Sequential, type Shape, type Tensor } from '@portolan/core'
import { checkSamples, denseLayers, sampleSize } from './dense-layers.ts'

/** Options of `DenseAutoencoder`. */
export interface DenseAutoencoderOptions {
  /** Of one sample; default [1, 28, 28]. */
  shape?: Shape
  /** Sizes of the layers between sample and code, turned round on the way back; default [128, 64]. */
  hidden?: readonly number[]
  /** Numbers that a sample is compressed to; default 32. */
  code?: number
}

/**
 * Compresses samples to a few numbers and makes them again of these: x̂ = σ(decoder(encoder(x))), all layers dense.
 *
 * x: [n, ...shape], 0 … 1 → [n, ...shape]. Parameters: encoder.0, encoder.2, …, decoder.0, … The loss is mse, or binaryCrossEntropy.
 * Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006.
 * @throws ShapeError for samples of another shape; RangeError for a shape that is none.
 * @example
 * const model = new DenseAutoencoder({ code: 16 })
 * const step = supervised({ model, loss: mse, optimizer: adam(1e-3), input: 'image', target: 'image' })
 */
export class DenseAutoencoder extends Module {
  readonly encoder: Sequential
  readonly decoder: Sequential
  readonly shape: Shape
  constructor({ shape = [1, 28, 28], hidden = [128, 64], code = 32 }: DenseAutoencoderOptions = {}) {
    super()
    this.shape = shape
    const sizes = [sampleSize('DenseAutoencoder', shape), ...hidden, code]
    this.encoder = new Sequential(denseLayers(sizes))
    this.decoder = new Sequential(denseLayers(sizes.toReversed()))
  }
  /** x: [n, ...shape] → [n, code] */
  encode(x: Tensor): Tensor {
    checkSamples('DenseAutoencoder', x, this.shape)
    return this.encoder.forward(x.flatten(1))
  }
  /** code: [n, code] → [n, ...shape] in 0 … 1 */
  decode(code: Tensor): Tensor {
    return this.decoder
      .forward(code)
      .sigmoid()
      .reshape([-1, ...this.shape])
  }
  /** x: [n, ...shape], 0 … 1 → the same samples, made again */
  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x))
  }
}
