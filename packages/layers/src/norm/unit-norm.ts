import { Module, type Tensor } from '@portolan/core'

/**
 * Gives vectors the length 1: x/max(‖x‖₂, ε).
 *
 * x: [...] → same. axis: that of the vectors, default the last. epsilon: default 1e-12. PyTorch: -; Keras: UnitNormalization.
 * @example
 * new UnitNorm().forward(tensor([[3, 4]]))     // [[0.6, 0.8]]
 */
export class UnitNorm extends Module {
  readonly #epsilon: number
  constructor(
    readonly axis = -1,
    { epsilon = 1e-12 }: { epsilon?: number } = {},
  ) {
    super()
    this.#epsilon = epsilon
  }
  /** x: [...] → same, vectors of length 1 along the axis */
  forward(x: Tensor): Tensor {
    return x.div(x.norm(this.axis, { keepDims: true }).maximum(this.#epsilon))
  }
}
