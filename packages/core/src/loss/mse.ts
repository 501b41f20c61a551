import type { Tensor } from '../tensor/tensor.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/**
 * Mean squared error: mean((x − y)²).
 *
 * prediction, target: float32 of one shape; the losses have it too. PyTorch: `MSELoss`; Keras: `MeanSquaredError`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * mse(model.forward(x), y)
 * mse(model.forward(x), y, { mask: y.greater(0) })
 */
export const mse = (prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  pairwise('mse', prediction, target, options, (p, t) => p.sub(t).square())
