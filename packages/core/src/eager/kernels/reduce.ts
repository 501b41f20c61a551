import * as tf from '@tensorflow/tfjs-core'
import type { Reduce } from '../../ops/reduce.ts'
import type { Kernels } from './kernel.ts'

export const reduce: Kernels<Reduce> = {
  sum: ([x], { axes, keepDims }) => tf.sum(x, axes, keepDims),
  mean: ([x], { axes, keepDims }) => tf.mean(x, axes, keepDims),
  max: ([x], { axes, keepDims }) => tf.max(x, axes, keepDims),
  argMax: ([x], { axis }) => tf.argMax(x, axis),
  softmax: ([x]) => tf.softmax(x),
  logSoftmax: ([x]) => tf.logSoftmax(x),
}
