import * as tf from '@tensorflow/tfjs-core'
import { interpolationMatrix } from '../../ops/interpolation.ts'
import { axisOptions, type Resize } from '../../ops/resize.ts'
import { size as count } from '../../tensor/spec.ts'
import type { Kernels, T } from './kernel.ts'

export const resize: Kernels<Resize> = {
  // tfjs's own kernels differ between backends
  resize: ([x], attrs) =>
    attrs.size.reduce<T>((y, m, i) => {
      const n = y.shape[i + 2]!
      const matrix = tf.tensor2d(interpolationMatrix(n, m, axisOptions(attrs, i)), [m, n])
      const [before, after] = [count(y.shape.slice(0, i + 2)), count(y.shape.slice(i + 3))]
      const z = after === 1 ? tf.matMul(tf.reshape(y, [before, n]), matrix, false, true) : tf.matMul(tf.reshape(matrix, [1, m, n]), tf.reshape(y, [before, n, after]))
      return tf.reshape(z, y.shape.with(i + 2, m))
    }, x),
}
