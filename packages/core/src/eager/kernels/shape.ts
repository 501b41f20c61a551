import * as tf from '@tensorflow/tfjs-core'
import type { ShapeOps } from '../../ops/shape.ts'
import { size } from '../../tensor/spec.ts'
import { cast, type Kernels, type T } from './kernel.ts'

export const shapeOps: Kernels<ShapeOps> = {
  constant: (_, { data, shape, dtype }) =>
    cast(tf.tensor(dtype === 'uint8' ? Int32Array.from(data) : data, shape, dtype === 'uint8' ? 'int32' : dtype), dtype),
  full: (_, { value, shape, dtype }) => tf.fill(shape, value, dtype === 'uint8' ? 'int32' : dtype),
  iota: (_, { length, dtype }) => tf.range(0, length, 1, dtype as 'int32'),
  reshape: ([x], { shape }) => tf.reshape(x, shape),
  broadcastTo: ([x], { shape }) => tf.broadcastTo(x, shape as [number]),
  transpose: ([x], { perm }) => tf.transpose(x, perm),
  concat: (x, { axis }) => tf.concat(x, axis),
  slice: ([x], { starts, ends }) =>
    tf.slice(
      x,
      starts,
      ends.map((e, i) => e - starts[i]!),
    ),
  // tf.reverse on bools gives other memory on the WebAssembly backend
  flip: ([x], { axes }) => (x.dtype === 'bool' ? cast(tf.reverse(tf.cast(x, 'int32'), axes), 'bool') : tf.reverse(x, axes)),
  pad: ([x], { before, after, value = 0 }, { out }) => {
    if (!x.rank) return tf.clone(x)
    if (x.rank <= 6)
      return tf.pad(
        x,
        before.map((b, i) => [b, after[i]!]),
        value,
      )
    // beyond six axes the WebAssembly backend pads wrongly, without an error: one axis after the other
    const rows = before.reduce<T>((t, b, i) => {
      const rest = size(x.shape.slice(i + 1))
      return tf.pad(
        tf.reshape(t, [-1, x.shape[i]!, rest]),
        [
          [0, 0],
          [b, after[i]!],
          [0, 0],
        ],
        value,
      )
    }, x)
    return tf.reshape(rows, [...out[0]!.shape])
  },
}
