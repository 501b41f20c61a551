import * as tf from '@tensorflow/tfjs-core'
import type { Norm } from '../../ops/norm.ts'
import { range } from '../../tensor/spec.ts'
import type { Kernels, T } from './kernel.ts'

export const norm: Kernels<Norm> = {
  layerNorm: ([x, weight, bias], { epsilon }) => {
    const mean = tf.mean(x, -1, true)
    const centred = tf.sub(x, mean)
    const inv = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
    return [tf.add(tf.mul(tf.mul(centred, inv), weight), bias), mean, inv]
  },
  batchNorm: ([x, weight, bias], { epsilon }) => {
    const axes = range(x.rank).filter(i => i !== 1)
    const wide = (t: T) =>
      tf.reshape(
        t,
        x.shape.map((d, i) => (i === 1 ? d : 1)),
      )
    const mean = tf.mean(x, axes)
    const centred = tf.sub(x, wide(mean))
    const variance = tf.mean(tf.square(centred), axes)
    const scale = tf.mul(weight, tf.rsqrt(tf.add(variance, epsilon)))
    return [tf.add(tf.mul(centred, wide(scale)), wide(bias)), mean, variance]
  },
}
