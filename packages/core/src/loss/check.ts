import { ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Broadcasting [n] against [n, 1] would silently give [n, n]: losses want one shape. */
export function sameSpec(name: string, prediction: Tensor, target: Tensor): void {
  if (!sameShape(prediction.shape, target.shape)) throw new ShapeError(`${name}: prediction and target must have one shape, got [${prediction.shape}] and [${target.shape}]. Reshape one of them.`)
}
