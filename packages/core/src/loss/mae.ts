import type { Tensor } from '../tensor/tensor.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/**
 * Mean absolute error: mean(|x − y|), with gradient 0 where both are equal.
 *
 * prediction, target: float32 of one shape; the losses have it too. PyTorch: `L1Loss`; Keras: `MeanAbsoluteError`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * mae(model.forward(x), y)
 */
export const mae = (prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  pairwise('mae', prediction, target, options, (p, t) => p.sub(t).abs())
