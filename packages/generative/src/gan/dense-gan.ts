import { leakyRelu, Linear, Module, Sequential, type Shape, type Tensor } from '@portolan/core'
import { checkSamples, denseLayers, sampleSize } from '../autoencoder/dense-layers.ts'

/** Options of `DenseGenerator`. */
export interface DenseGeneratorOptions {
  /** Of one sample; default [1, 28, 28]. */
  shape?: Shape
  /** Default 100. */
  latents?: number
  /** Sizes of the layers in between; default [256, 512]. */
  hidden?: readonly number[]
}

/**
 * Makes samples of noise by dense layers with ReLU, the last with a sigmoid.
 *
 * z: [n, latents] → [n, ...shape] in 0 … 1. Parameters: layers.0, layers.2, …
 * Goodfellow et al., "Generative Adversarial Networks", 2014.
 * @example
 * new DenseGenerator().forward(new Rng(1).normal([16, 100]))   // [16, 1, 28, 28]
 */
export class DenseGenerator extends Module {
  readonly layers: Sequential
  readonly shape: Shape
  readonly latents: number
  constructor({ shape = [1, 28, 28], latents = 100, hidden = [256, 512] }: DenseGeneratorOptions = {}) {
    super()
    this.shape = shape
    this.latents = latents
    this.layers = new Sequential(denseLayers([latents, ...hidden, sampleSize('DenseGenerator', shape)]))
  }
  /** z: [n, latents], N(0, 1) → [n, ...shape], 0 … 1 */
  forward(z: Tensor): Tensor {
    return this.layers
      .forward(z)
      .sigmoid()
      .reshape([-1, ...this.shape])
  }
}

/**
 * Tells real samples from made ones by dense layers with leaky ReLU (0.2).
 *
 * x: [n, ...shape] → scores [n, 1]; the sigmoid of a score is the probability that the sample is real. Parameters: layers.0, layers.1, …
 * Goodfellow et al., "Generative Adversarial Networks", 2014.
 * @throws ShapeError for samples of another shape.
 * @example
 * new DenseDiscriminator().forward(zeros([16, 1, 28, 28]))   // [16, 1]
 */
export class DenseDiscriminator extends Module {
  readonly layers: readonly Linear[]
  readonly shape: Shape
  constructor({ shape = [1, 28, 28], hidden = [512, 256] }: Pick<DenseGeneratorOptions, 'shape' | 'hidden'> = {}) {
    super()
    this.shape = shape
    const sizes = [sampleSize('DenseDiscriminator', shape), ...hidden, 1]
    this.layers = sizes.slice(1).map((size, i) => new Linear(sizes[i]!, size))
  }
  /** x: [n, ...shape] → scores [n, 1], high for real ones */
  forward(x: Tensor): Tensor {
    checkSamples('DenseDiscriminator', x, this.shape)
    return this.layers.reduce((h, layer, i) => layer.forward(i ? leakyRelu(h, 0.2) : h), x.flatten(1))
  }
}
