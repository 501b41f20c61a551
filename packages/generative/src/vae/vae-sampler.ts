import { Module, type Tensor } from '@portolan/core'

/**
 * The half of a variational autoencoder that makes samples, as a model of its own: to export it, or to compile it.
 *
 * z: [n, latents], N(0, 1) for new samples → the probabilities of the numbers, as `decode` shapes them.
 * @example
 * await exportOnnx(new VAESampler(model), { z: ['n', 20] }, { file: 'sampler.onnx' })
 */
export class VAESampler extends Module {
  readonly model: Module & { decode(z: Tensor): Tensor }
  constructor(model: Module & { decode(z: Tensor): Tensor }) {
    super()
    this.model = model
  }
  forward(z: Tensor): Tensor {
    return this.model.decode(z).sigmoid()
  }
}
