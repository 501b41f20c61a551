import * as tf from '@tensorflow/tfjs-core'
import type { IndexOps } from '../../ops/index-ops.ts'
import { RangeError } from '../../errors.ts'
import { size } from '../../tensor/spec.ts'
import type { Kernels, T } from './kernel.ts'

/** tfjs reads beside the table, or gives zeros, where an index is outside. */
function within(index: T, below: number): T {
  const bad = index.dataSync().find(i => i < 0 || i >= below)
  if (bad !== undefined) throw new RangeError(`index ${bad} is outside 0 … ${below - 1}`)
  return index
}

export const indexOps: Kernels<IndexOps> = {
  gather: ([x, index]) => tf.gather(x, within(index, x.shape[0]!) as tf.Tensor1D),
  scatterAdd: ([index, updates], { rows }) => {
    const rest = updates.shape.slice(index.rank)
    if (!index.size) return tf.zeros([rows, ...rest], updates.dtype as 'float32')
    return tf.reshape(tf.scatterND(tf.reshape(within(index, rows), [-1, 1]), tf.reshape(updates, [index.size, size(rest)]), [rows, size(rest)]), [rows, ...rest])
  },
  oneHot: ([index], { depth }) => tf.cast(tf.equal(tf.expandDims(within(index, depth), -1), tf.range(0, depth, 1, 'int32')), 'float32'),
}
