import type { Tensor } from '../tensor/tensor.ts'
import { sameSpec } from './check.ts'

/** Mean squared error: mean((x − y)²). Both of one shape. → [] */
export function mse(prediction: Tensor, target: Tensor): Tensor {
  sameSpec('mse', prediction, target)
  return prediction.sub(target).square().mean()
}
