import * as tf from '@tensorflow/tfjs-core'
import { interpolation, interpolationMatrix } from '../../ops/interpolation.ts'
import { axisOptions, type Resize, type ResizeAttrs } from '../../ops/resize.ts'
import { size as count } from '../../tensor/spec.ts'
import { oneTimesMany } from '../matmul.ts'
import type { Kernels, T } from './kernel.ts'

/** One spatial axis: a choice of numbers, or a matrix of weights. */
function axis(x: T, i: number, m: number, attrs: ResizeAttrs): T {
  const [n, options] = [x.shape[i + 2]!, axisOptions(attrs, i)]
  if (attrs.mode === 'nearest' || attrs.mode === 'nearestExact')
    return tf.gather(
      x,
      tf.tensor1d(
        interpolation(n, m, options).map(([tap]) => tap![0]),
        'int32',
      ),
      i + 2,
    )
  const matrix = tf.tensor2d(interpolationMatrix(n, m, options), [m, n])
  const [before, after] = [count(x.shape.slice(0, i + 2)), count(x.shape.slice(i + 3))]
  const y =
    after === 1 ? tf.matMul(tf.reshape(x, [before, n]), matrix, false, true) : oneTimesMany(matrix, tf.reshape(x, [before, n, after]))
  return tf.reshape(y, x.shape.with(i + 2, m))
}

export const resize: Kernels<Resize> = {
  // tfjs's own kernels differ between backends
  resize: ([x], attrs) => attrs.size.reduce<T>((y, m, i) => axis(y, i, m, attrs), x),
}
