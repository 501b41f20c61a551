import { type ShapeOps, range } from '@portolan/core/engine'
import type { Lowerings } from './lowering.ts'

export const shapeOps: Lowerings<ShapeOps> = {
  constant: (_, { data, shape, dtype }, b) => b.constant(dtype, shape, data),
  full: (_, { value, shape, dtype }, b) => {
    const scalar = dtype === 'float32' ? b.f32(value) : b.constant(dtype, [], dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value))
    return shape.length ? b.node('Expand', [scalar, b.i64(shape)]) : scalar
  },
  iota: (_, { length, dtype }, b) => b.cast(b.node('Range', [b.i64([0], []), b.i64([length], []), b.i64([1], [])], {}, { type: 'int64' }), dtype),
  reshape: ([x], { shape }, b) => b.reshape(x, shape),
  broadcastTo: ([x], { shape }, b) => b.node('Expand', [x, b.i64(shape)]),
  transpose: ([x], { perm }, b) => b.transpose(x, perm),
  concat: (x, { axis }, b) => b.node('Concat', x, { axis }),
  slice: ([x], { starts, ends }, b) => {
    const axes = range(starts.length).filter(i => starts[i] !== 0 || ends[i] !== x.shape[i])
    return axes.length ? b.slice(x, axes, axes.map(i => starts[i]!), axes.map(i => ends[i]!)) : x
  },
  pad: ([x], { before, after }, b) => (x.shape.length ? b.node('Pad', [x, b.i64([...before, ...after])]) : x),
}
