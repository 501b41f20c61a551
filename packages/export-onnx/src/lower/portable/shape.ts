import { type DType, type ShapeOps, allocate, range } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

const scalar = (b: Builder, dtype: DType, value: number): Ref => b.constant(dtype, [], allocate(dtype, 1).fill(value))

export const shapeOps: Lowerings<ShapeOps> = {
  constant: (_, { data, shape, dtype }, b) => b.constant(dtype, shape, data),
  full: (_, { value, shape, dtype }, b) => {
    const one = scalar(b, dtype, value)
    return shape.length ? b.node('Expand', [one, b.i64(shape)]) : one
  },
  iota: (_, { length, dtype }, b) =>
    b.cast(b.node('Range', [b.i64([0], []), b.i64([length], []), b.i64([1], [])], {}, { type: 'int64' }), dtype),
  reshape: ([x], { shape }, b) => b.reshape(x, shape),
  broadcastTo: ([x], { shape }, b) => b.node('Expand', [x, b.i64(shape)]),
  transpose: ([x], { perm }, b) => b.transpose(x, perm),
  concat: (x, { axis }, b) => b.node('Concat', x, { axis }),
  slice: ([x], { starts, ends }, b) => {
    const axes = range(starts.length).filter(i => starts[i] !== 0 || ends[i] !== x.shape[i])
    return axes.length
      ? b.slice(
          x,
          axes,
          axes.map(i => starts[i]!),
          axes.map(i => ends[i]!),
        )
      : x
  },
  flip: ([x], { axes }, b) => {
    const all = (v: number) => b.i64(axes.map(() => v))
    return axes.length ? b.node('Slice', [x, all(-1), all(-(2 ** 31)), b.i64(axes), all(-1)]) : x
  },
  pad: ([x], { before, after, value }, b) =>
    x.shape.length
      ? b.node('Pad', [x, b.i64([...before, ...after]), ...(value === undefined ? [] : [scalar(b, x.type as DType, value)])])
      : x,
}
