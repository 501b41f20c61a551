import * as tf from '@tensorflow/tfjs-core'
import type { Reduce } from '../../ops/reduce.ts'
import type { Kernels } from './kernel.ts'

export const reduce: Kernels<Reduce> = {
  // of no numbers the WebAssembly backend gives what stood in memory
  sum: ([x], { axes, keepDims }, { out }) =>
    x.size ? tf.sum(x, axes, keepDims) : tf.zeros([...out[0]!.shape] as [number], x.dtype as 'float32'),
  mean: ([x], { axes, keepDims }) => tf.mean(x, axes, keepDims),
  max: ([x], { axes, keepDims }) => tf.max(x, axes, keepDims),
  min: ([x], { axes, keepDims }) => tf.min(x, axes, keepDims),
  argMax: ([x], { axis }) => tf.argMax(x, axis),
  argMin: ([x], { axis }) => tf.argMin(x, axis),
  cumsum: ([x], { axis, exclusive, reverse }) => tf.cumsum(x, axis, exclusive, reverse),
  softmax: ([x]) => tf.softmax(x),
  logSoftmax: ([x]) => tf.logSoftmax(x),
}
