import { DTypeError, ShapeError } from '../errors.ts'
import { range, size, type Shape, type Spec } from '../tensor/spec.ts'
import { apply, full, type Tensor } from '../tensor/tensor.ts'
import { windows } from './conv.ts'
import type { Family, Sig } from './op.ts'

/** Windows over the spatial axes; see `ConvAttrs`. */
export interface PoolAttrs {
  kernel: number[]
  stride: number[]
  pads: number[]
  dilation: number[]
}

/** Attributes of `avgPool`. */
export interface AvgPoolAttrs extends Omit<PoolAttrs, 'dilation'> {
  /** As much of the pads as counts as zeros in a mean; the rest is not counted. */
  counted: number[]
}

/** Signatures of poolings. */
export interface Pool {
  maxPool: Sig<1, PoolAttrs>
  maxUnpool: Sig<2, PoolAttrs & { shape: number[] }>
  avgPool: Sig<1, AvgPoolAttrs>
}

/** How many numbers each window of one axis sees: those in −before … d + after − 1. */
const seen = (d: number, { kernel, stride, pads, dilation }: PoolAttrs, axis: number, [before, after]: [number, number]): number[] => {
  const [k, s, p, gap] = [kernel[axis]!, stride[axis]!, pads[axis]!, dilation[axis]!]
  const count = Math.floor((d + p + pads[axis + kernel.length]! - gap * (k - 1) - 1) / s) + 1
  return range(count).map(o => {
    const start = o * s - p
    const [first, last] = [Math.ceil((-before - start) / gap), Math.floor((d + after - 1 - start) / gap)]
    return Math.max(0, Math.min(k - 1, last) - Math.max(0, first) + 1)
  })
}

function pooled(x: Spec, attrs: PoolAttrs): Spec {
  const { kernel } = attrs
  if (x.dtype !== 'float32') throw new DTypeError(`needs float32, got ${x.dtype}. Cast it: x.cast('float32')`)
  if (x.shape.length !== kernel.length + 2)
    throw new ShapeError(`the input must be [n, c, …] with ${kernel.length} spatial axes, got [${x.shape}]`)
  if (!x.shape[1]) throw new ShapeError(`the input [${x.shape}] has no channels`)
  const shape = [x.shape[0]!, x.shape[1], ...windows(x.shape, kernel, attrs)]
  kernel.forEach((_, i) => {
    if (seen(x.shape[i + 2]!, attrs, i, [0, 0]).includes(0))
      throw new ShapeError(`a window of [${kernel}] sees nothing but padding [${attrs.pads}], axis ${i + 2} of [${x.shape}]`)
  })
  return { shape, dtype: x.dtype }
}

const plain = (attrs: AvgPoolAttrs): PoolAttrs => ({ ...attrs, dilation: attrs.kernel.map(() => 1) })

/** How many numbers each mean is of: one number if they are all alike, else one for each place of the output image. */
export function divisors(x: Shape, attrs: AvgPoolAttrs): number[] {
  const { kernel, counted } = attrs
  const lists = kernel.map((_, i) => seen(x[i + 2]!, plain(attrs), i, [counted[i]!, counted[i + kernel.length]!]))
  const all = lists.reduce((rows, list) => rows.flatMap(r => list.map(v => r * v)), [1])
  return all.every(v => v === all[0]) ? all.slice(0, 1) : all
}

/** Every number `times` times along each spatial axis: what the convolution with ones gives where windows do not overlap. */
const stretched = (x: Tensor, times: number[]): Tensor =>
  times.reduce((y, k, i) => {
    const [to, after] = [size(y.shape.slice(0, i + 3)), size(y.shape.slice(i + 3))]
    return y
      .reshape([to, 1, after])
      .broadcastTo([to, k, after])
      .reshape(y.shape.with(i + 2, y.shape[i + 2]! * k))
  }, x)

export const pool: Family<Pool> = {
  // x [n, c, ...] → y, and where in the flattened x each maximum was: the first one, in row-major order
  maxPool: {
    infer: ([x], attrs) => {
      const y = pooled(x, attrs)
      return [y, { shape: y.shape, dtype: 'int32' }]
    },
    vjp: ({ g, x: [x], ys: [, index], attrs }) => [() => g.op('maxUnpool', [index!], { ...attrs, shape: [...x.shape] })],
  },
  // (g, index) → zeros of `shape` with g added at the flat positions index
  maxUnpool: {
    infer: ([g], { shape }) => ({ shape, dtype: g.dtype }),
    vjp: ({ g, x: [, index] }) => [() => g.reshape([-1]).gather(index), null],
  },
  // x [n, c, ...] → the mean of each window. dx = the convolution with ones, transposed, of g / divisor
  avgPool: {
    infer: ([x], attrs) => pooled(x, plain(attrs)),
    vjp: ({ g, x: [x], attrs }) => [
      () => {
        const { kernel, stride, pads } = attrs
        const [n, c, ...image] = x.shape as [number, number, ...number[]]
        const shares = divisors(x.shape, attrs).map(d => 1 / d)
        const each = g.mul(
          shares.length === 1
            ? shares[0]!
            : apply('constant', [], { data: Float32Array.from(shares), shape: g.shape.slice(2), dtype: 'float32' })[0]!,
        )
        if (kernel.every((k, i) => k === stride[i]) && pads.every(p => p === 0)) {
          const wide = stretched(each, kernel)
          return wide.pad(
            x.shape.map(() => 0),
            x.shape.map((d, i) => d - wide.shape[i]!),
          )
        }
        const window = { stride, pads, dilation: kernel.map(() => 1), groups: 1, shape: [n * c, 1, ...image] }
        return each
          .reshape([n * c, 1, ...g.shape.slice(2)])
          .op('convInput', [full([1, 1, ...kernel], 1)], window)
          .reshape(x.shape)
      },
    ],
  },
}
