import type { Tensor } from '../tensor/tensor.ts'
import { poolOf, type PoolOptions } from './pool-window.ts'
import type { Sides, Spatial } from './windows.ts'

/** Options of average poolings. */
export interface AvgPoolOptions<N extends Spatial> extends PoolOptions<N> {
  /** Whether padding counts as zeros in a mean; default true, as in PyTorch. Keras does not count it. */
  countIncludePad?: boolean
}

function pooled<N extends Spatial>(
  name: string,
  n: N,
  x: Tensor,
  kernel: Sides<N>,
  { countIncludePad = true, ...options }: AvgPoolOptions<N>,
): Tensor {
  const { counted, dilation: _, ...window } = poolOf(name, n, x.shape, kernel, options)
  return x.op('avgPool', [], { ...window, counted: countIncludePad ? counted : counted.map(() => 0) })
}

/**
 * The mean of each window.
 *
 * x: [n, c, l] → [n, c, l′]. The stride is the kernel unless given.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * avgPool1d(x, 3, { stride: 1, padding: 1 })
 */
export const avgPool1d = (x: Tensor, kernel: Sides<1>, options: AvgPoolOptions<1> = {}): Tensor =>
  pooled('avgPool1d', 1, x, kernel, options)

/**
 * The mean of each window.
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * avgPool2d(x, 3, { padding: 'same', countIncludePad: false })
 */
export const avgPool2d = (x: Tensor, kernel: Sides<2>, options: AvgPoolOptions<2> = {}): Tensor =>
  pooled('avgPool2d', 2, x, kernel, options)

/**
 * The mean of each window.
 *
 * x: [n, c, d, h, w] → [n, c, d′, h′, w′]. The stride is the kernel unless given.
 * @throws ShapeError if a window does not fit or sees nothing but padding.
 * @example
 * avgPool3d(x, [1, 2, 2])
 */
export const avgPool3d = (x: Tensor, kernel: Sides<3>, options: AvgPoolOptions<3> = {}): Tensor =>
  pooled('avgPool3d', 3, x, kernel, options)
