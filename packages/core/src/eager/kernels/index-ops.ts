import * as tf from '@tensorflow/tfjs-core'
import type { IndexOps } from '../../ops/index-ops.ts'
import { RangeError } from '../../errors.ts'
import { size } from '../../tensor/spec.ts'
import { addAlong, takeAlong, topK } from '../host.ts'
import type { Kernels, T } from './kernel.ts'

/** tfjs reads beside the table, or gives zeros, where an index is outside. */
function within(index: T, below: number): T {
  const bad = index.dataSync().find(i => i < 0 || i >= below)
  if (bad !== undefined) throw new RangeError(`index ${bad} is outside 0 … ${below - 1}. Labels and ids count from 0: look at the data.`)
  return index
}

export const indexOps: Kernels<IndexOps> = {
  gather: ([x, index], { axis = 0 }) => tf.gather(x, within(index, x.shape[axis]!) as tf.Tensor1D, axis),
  scatterAdd: ([index, updates], { rows, axis = 0 }, { out }) => {
    const shape = out[0]!.shape as [number]
    if (!updates.size) return tf.zeros(shape, updates.dtype as 'float32')
    const [before, inner] = [size(updates.shape.slice(0, axis)), size(updates.shape.slice(axis + index.rank))]
    const swapped = (x: T, from: number, to: number): T => (before === 1 ? x : tf.transpose(tf.reshape(x, [from, to, inner]), [1, 0, 2]))
    const each = tf.reshape(swapped(updates, before, index.size), [index.size, before * inner])
    const sums = tf.scatterND(tf.reshape(within(index, rows), [-1, 1]), each, [rows, before * inner])
    return tf.reshape(swapped(sums, rows, before), shape)
  },
  gatherND: ([x, index]) => {
    const k = index.shape.at(-1)!
    tf.split(index, k, -1).forEach((places, i) => within(places, x.shape[i]!))
    return tf.gatherND(x, index)
  },
  takeAlong: ([x, index], { axis }) => takeAlong(x, within(index, x.shape[axis]!), axis),
  addAlong: ([index, updates, to], { axis, length }, { out }) => {
    const y = addAlong(within(index, length), updates, axis, out[0]!.shape)
    return to ? tf.add(to, y) : y
  },
  oneHot: ([index], { depth }) => tf.cast(tf.equal(tf.expandDims(within(index, depth), -1), tf.range(0, depth, 1, 'int32')), 'float32'),
  topK: ([x], { k, largest }) => topK(x, k, largest),
}
