import { iota, type Tensor } from '../tensor/tensor.ts'
import { size } from '../tensor/spec.ts'
import { poolOf, type PoolOptions } from './pool-window.ts'
import type { Sides, Spatial } from './windows.ts'

/** Options of maximum poolings. */
export interface MaxPoolOptions<N extends Spatial> extends PoolOptions<N> {
  /** Distance between the numbers of a window; default 1. */
  dilation?: Sides<N>
}

const pooled = <N extends Spatial>(name: string, n: N, x: Tensor, kernel: Sides<N>, options: MaxPoolOptions<N>): Tensor[] => {
  const { counted: _, ...window } = poolOf(name, n, x.shape, kernel, options)
  return x.ops('maxPool', [], window)
}

/**
 * The largest number of each window; the gradient goes to the first one where there are several.
 *
 * x: [n, c, l] → [n, c, l′]. The stride is the kernel unless given. Padding never wins.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * maxPool1d(x, 3, { stride: 2, padding: 1 })
 */
export const maxPool1d = (x: Tensor, kernel: Sides<1>, options: MaxPoolOptions<1> = {}): Tensor =>
  pooled('maxPool1d', 1, x, kernel, options)[0]!

/**
 * The largest number of each window; the gradient goes to the first one where there are several.
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given. Padding never wins.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * maxPool2d(x, 2)                              // halves height and width
 */
export const maxPool2d = (x: Tensor, kernel: Sides<2>, options: MaxPoolOptions<2> = {}): Tensor =>
  pooled('maxPool2d', 2, x, kernel, options)[0]!

/**
 * The largest number of each window; the gradient goes to the first one where there are several.
 *
 * x: [n, c, d, h, w] → [n, c, d′, h′, w′]. The stride is the kernel unless given. Padding never wins.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * maxPool3d(x, [1, 2, 2])
 */
export const maxPool3d = (x: Tensor, kernel: Sides<3>, options: MaxPoolOptions<3> = {}): Tensor =>
  pooled('maxPool3d', 3, x, kernel, options)[0]!

/**
 * Like `maxPool1d`, `maxPool2d` or `maxPool3d`, whichever x has the axes for, and where in its plane each maximum was: what `maxUnpool2d` takes.
 *
 * x: [n, c, ...image] → values [n, c, ...image′], indices int32, the same shape: the place in the flattened image.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * const { values, indices } = maxPoolWithIndices(x, 2)
 */
export function maxPoolWithIndices(
  x: Tensor,
  kernel: Sides<Spatial>,
  options: MaxPoolOptions<Spatial> = {},
): { values: Tensor; indices: Tensor } {
  const [values, index] = pooled('maxPoolWithIndices', (x.shape.length - 2) as Spatial, x, kernel, options) as [Tensor, Tensor]
  const [n, c, ...image] = x.shape as [number, number, ...number[]]
  const planes = iota(n * c)
    .mul(size(image))
    .reshape([n, c, ...image.map(() => 1)])
  return { values, indices: index.sub(planes) }
}
