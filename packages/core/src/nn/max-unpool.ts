import { ShapeError } from '../errors.ts'
import { range, sameShape, size } from '../tensor/spec.ts'
import { addAlong } from '../tensor/scatter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { sides, type Sides, type Spatial } from './windows.ts'

/** Options of unpoolings. */
export interface MaxUnpoolOptions<N extends Spatial> {
  /** Of the pooling; default: the kernel. */
  stride?: Sides<N>
  /** Of the pooling; default 0. */
  padding?: Sides<N>
  /** The image that was pooled, where several sizes give this one; default (side − 1)·stride − 2·padding + kernel. */
  size?: Sides<N>
}

function unpooled<N extends Spatial>(
  name: string,
  n: N,
  x: Tensor,
  indices: Tensor,
  kernel: Sides<N>,
  options: MaxUnpoolOptions<N>,
): Tensor {
  if (x.shape.length !== n + 2 || !sameShape(x.shape, indices.shape))
    throw new ShapeError(`${name}: values and indices must have one shape of ${n + 2} axes, got [${x.shape}] and [${indices.shape}]`)
  const k = sides(`${name}: kernel`, n, kernel)
  const stride = sides(`${name}: stride`, n, options.stride ?? kernel)
  const padding = sides(`${name}: padding`, n, options.padding ?? 0, 0)
  const image =
    options.size === undefined
      ? range(n).map(i => (x.shape[i + 2]! - 1) * stride[i]! - 2 * padding[i]! + k[i]!)
      : sides(`${name}: size`, n, options.size)
  const flat = (t: Tensor): Tensor => t.reshape([...t.shape.slice(0, 2), size(t.shape.slice(2))])
  const put = (t: Tensor): Tensor => addAlong(flat(indices), flat(t), { length: size(image) })
  const apart = k.every((v, i) => v <= stride[i]!)
  return (apart ? put(x) : put(x).div(put(x.onesLike()).maximum(1))).reshape([...x.shape.slice(0, 2), ...image])
}

/**
 * The transpose of a pooling: zeros with each number where it came from. Where windows overlapped and name one place several times, it
 * has their mean: the number itself, if they are still as they were pooled.
 *
 * x, indices: [n, c, l] as `maxPoolWithIndices` gives them → [n, c, l′]
 * @throws ShapeError if values and indices do not fit; RangeError if a place is outside the image.
 * @example
 * maxUnpool1d(values, indices, 2)
 */
export const maxUnpool1d = (x: Tensor, indices: Tensor, kernel: Sides<1>, options: MaxUnpoolOptions<1> = {}): Tensor =>
  unpooled('maxUnpool1d', 1, x, indices, kernel, options)

/**
 * The transpose of a pooling: zeros with each number where it came from. Where windows overlapped and name one place several times, it
 * has their mean: the number itself, if they are still as they were pooled.
 *
 * x, indices: [n, c, h, w] as `maxPoolWithIndices` gives them → [n, c, h′, w′]
 * @throws ShapeError if values and indices do not fit; RangeError if a place is outside the image.
 * @example
 * const { values, indices } = maxPoolWithIndices(x, 2)
 * maxUnpool2d(values, indices, 2, { size: [5, 7] })
 */
export const maxUnpool2d = (x: Tensor, indices: Tensor, kernel: Sides<2>, options: MaxUnpoolOptions<2> = {}): Tensor =>
  unpooled('maxUnpool2d', 2, x, indices, kernel, options)

/**
 * The transpose of a pooling: zeros with each number where it came from. Where windows overlapped and name one place several times, it
 * has their mean: the number itself, if they are still as they were pooled.
 *
 * x, indices: [n, c, d, h, w] as `maxPoolWithIndices` gives them → [n, c, d′, h′, w′]
 * @throws ShapeError if values and indices do not fit; RangeError if a place is outside the image.
 * @example
 * maxUnpool3d(values, indices, 2)
 */
export const maxUnpool3d = (x: Tensor, indices: Tensor, kernel: Sides<3>, options: MaxUnpoolOptions<3> = {}): Tensor =>
  unpooled('maxUnpool3d', 3, x, indices, kernel, options)
