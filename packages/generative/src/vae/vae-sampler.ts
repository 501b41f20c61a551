import { Module, type Tensor } from '@portolan/core'

/** What makes samples of latent numbers. */
export type Decoder = Module & {
  /** z: [n, latents] → logits of the samples' numbers */
  decode(z: Tensor): Tensor
}

/**
 * The half of a variational autoencoder that makes samples, as a model of its own: to export it, or to compile it.
 *
 * z: [n, latents], N(0, 1) for new samples → the probabilities of the numbers, as `decode` shapes them.
 * @example
 * await exportOnnx(new VAESampler(model), { z: ['n', 20] }, { file: 'sampler.onnx' })
 */
export class VAESampler extends Module {
  /** What `decode` belongs to. */
  readonly model: Decoder
  constructor(model: Decoder) {
    super()
    this.model = model
  }
  /** z: [n, latents], N(0, 1) → samples, 0 … 1 */
  forward(z: Tensor): Tensor {
    return this.model.decode(z).sigmoid()
  }
}
