import { Linear, Module, RangeError, Sequential, type Shape, type Tensor } from '@portolan/core'
import { checkSamples, denseLayers, sampleSize } from '../autoencoder/dense-layers.ts'

/** Options of `VAE`. */
export interface VAEOptions {
  /** Of one sample; default [1, 28, 28]. */
  shape?: Shape
  /** Sizes of the encoder's layers, turned round in the decoder; default [512, 512]. */
  hidden?: readonly number[]
  /** Numbers that a sample is described by; default 20. */
  latents?: number
}

/** What an encoder says of each latent number: that it is normal, with this mean and log σ². */
export interface Posterior {
  /** [n, latents] */
  readonly mean: Tensor
  /** [n, latents] */
  readonly logVariance: Tensor
}

/**
 * A variational autoencoder of dense layers: q(z|x) = N(μ(x), σ²(x)), p(z) = N(0, 1), p(x|z) Bernoulli with logits decode(z). Mean and
 * log-variance are two heads side by side.
 *
 * x: [n, ...shape], 0 … 1 → forward: the probabilities that the mean of q(z|x) gives, [n, ...shape]. Trained by `vaeStep`.
 * Parameters: encoder.0, encoder.2, …, mean, log_variance, decoder.0, …
 * Kingma and Welling, "Auto-Encoding Variational Bayes", 2013.
 * @throws ShapeError for samples of another shape; RangeError for sizes that are none.
 * @example
 * const model = new VAE({ hidden: [256, 128, 64, 32, 16], latents: 2 })
 * const trainer = new Trainer({ step: vaeStep({ model, optimizer: adam(1e-3) }) })
 */
export class VAE extends Module {
  readonly encoder: Sequential
  readonly mean: Linear
  readonly logVariance: Linear
  readonly decoder: Sequential
  readonly shape: Shape
  readonly latents: number
  constructor({ shape = [1, 28, 28], hidden = [512, 512], latents = 20 }: VAEOptions = {}) {
    super()
    const size = sampleSize('VAE', shape)
    if (!hidden.length || !(Number.isInteger(latents) && latents > 0))
      throw new RangeError(`VAE: there must be hidden layers and at least 1 latent number, got [${hidden}] and ${latents}`)
    this.shape = shape
    this.latents = latents
    this.encoder = new Sequential(denseLayers([size, ...hidden], { open: true }))
    this.mean = new Linear(hidden.at(-1)!, latents)
    this.logVariance = new Linear(hidden.at(-1)!, latents)
    this.decoder = new Sequential(denseLayers([latents, ...hidden.toReversed(), size]))
  }
  /** x: [n, ...shape] → mean and log-variance, [n, latents] each */
  encode(x: Tensor): Posterior {
    checkSamples('VAE', x, this.shape)
    const h = this.encoder.forward(x.flatten(1))
    return { mean: this.mean.forward(h), logVariance: this.logVariance.forward(h) }
  }
  /** z: [n, latents] → logits [n, ...shape]; their sigmoid is the picture. */
  decode(z: Tensor): Tensor {
    return this.decoder.forward(z).reshape([-1, ...this.shape])
  }
  /** x: [n, ...shape], 0 … 1 → the probabilities of its numbers, from the mean of q(z|x): [n, ...shape] */
  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x).mean).sigmoid()
  }
}
