import type { Tensor } from '../tensor/tensor.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/**
 * log cosh(x − y): half the square of a small difference, a line for a large one, smooth everywhere.
 *
 * prediction, target: float32 of one shape; the losses have it too. Keras: `LogCosh`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * logCosh(model.forward(x), y)
 */
export const logCosh = (prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  pairwise('logCosh', prediction, target, options, (p, t) => {
    const d = p.sub(t)
    return d.add(d.mul(-2).softplus()).sub(Math.LN2) // log cosh d = d + log(1 + e⁻²ᵈ) − log 2, which never overflows
  })
