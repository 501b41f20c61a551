import { ShapeError } from '../errors.ts'
import { range } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { adaptiveMaxPool } from './adaptive-pool.ts'

function spatial(name: string, x: Tensor): number[] {
  if (x.shape.length < 3) throw new ShapeError(`${name}: the input must be [n, c, …] with a spatial axis or more, got [${x.shape}]`)
  return range(x.shape.length).slice(2)
}

/**
 * The mean of each channel.
 *
 * x: [n, c, ...image] → [n, c]
 * @throws ShapeError if there is no spatial axis.
 * @example
 * head.forward(globalAvgPool(features))
 */
export const globalAvgPool = (x: Tensor): Tensor => x.mean(spatial('globalAvgPool', x))

/**
 * The largest number of each channel; the gradient goes to the first one where there are several.
 *
 * x: [n, c, ...image] → [n, c]
 * @throws ShapeError if there is no spatial axis.
 * @example
 * head.forward(globalMaxPool(features))
 */
export function globalMaxPool(x: Tensor): Tensor {
  spatial('globalMaxPool', x)
  return adaptiveMaxPool(x, 1).reshape(x.shape.slice(0, 2))
}
