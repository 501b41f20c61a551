import { arange, Module, stopGradient, type Tensor } from '@portolan/core'

/** max(x − τ, 0), with τ such that the numbers along an axis add up to 1. */
export function sparsemax(x: Tensor, axis = -1): Tensor {
  const z = x.swapAxes(axis, -1)
  const sorted = stopGradient(z).sort(-1, { descending: true })
  const rank = arange(1, z.shape.at(-1)! + 1).cast('float32')
  // the largest k of which each is above the τ that they would give
  const inside = sorted.mul(rank).add(1).greater(sorted.cumsum()).cast('float32')
  const count = inside.sum(-1, true)
  const floor = sorted.mul(inside).sum(-1, true).sub(1).div(count)
  const support = z.greater(floor)
  const tau = support.where(z, 0).sum(-1, true).sub(1).div(count)
  return support.where(z.sub(tau), 0).swapAxes(axis, -1)
}

/**
 * Probabilities of which many are exactly 0, the point of the simplex nearest to x: max(x − τ, 0).
 *
 * x: [...] → same. axis: default the last. Martins and Astudillo, "From Softmax to Sparsemax", 2016. PyTorch: -; Keras: -.
 * @example
 * new Sparsemax().forward(tensor([[1, 0.5, -1]]))  // [[0.75, 0.25, 0]]
 */
export class Sparsemax extends Module {
  constructor(readonly axis = -1) {
    super()
  }
  /** x: [...] → same, 0 … 1 with the sum 1 along the axis */
  forward(x: Tensor): Tensor {
    return sparsemax(x, this.axis)
  }
}
