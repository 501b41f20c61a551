import { Module, type Tensor } from '@portolan/core'

/** e⁻ˣ/Σ e⁻ˣ along an axis. */
export const softmin = (x: Tensor, axis = -1): Tensor => x.neg().softmax(axis)

/**
 * Numbers along an axis as probabilities, the smallest the likeliest: e⁻ˣ/Σ e⁻ˣ.
 *
 * x: [...] → same. axis: default the last. PyTorch: Softmin; Keras: -.
 * @example
 * new Softmin().forward(tensor([[0, 1]]))      // [[0.731, 0.269]]
 */
export class Softmin extends Module {
  constructor(readonly axis = -1) {
    super()
  }
  /** x: [...] → same, 0 … 1 with the sum 1 along the axis */
  forward(x: Tensor): Tensor {
    return softmin(x, this.axis)
  }
}
