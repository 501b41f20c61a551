import type { Tensor } from '../tensor/tensor.ts'
import { customVjp } from './grad.ts'

/**
 * y, through which the gradient flows to x as though y were x: the straight-through estimator.
 * y, x: one shape. Bengio, Léonard and Courville, "Estimating or Propagating Gradients Through Stochastic Neurons", 2013.
 * @example
 * const bits = straightThrough(p.greater(0.5).cast('float32'), p)
 */
export const straightThrough = (y: Tensor, x: Tensor): Tensor => customVjp(() => ({ y, vjp: g => [g] }))(x)
