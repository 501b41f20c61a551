import * as tf from '@tensorflow/tfjs-core'
import { divisors, type Pool } from '../../ops/pool.ts'
import { size } from '../../tensor/spec.ts'
import { conv } from '../conv.ts'
import { maxPool } from '../max-pool.ts'
import type { Kernels } from './kernel.ts'

export const pool: Kernels<Pool> = {
  maxPool: ([x], attrs, { out }) => maxPool(x, attrs, out[0]!.shape),
  maxUnpool: ([g, index], { shape }) => tf.reshape(tf.scatterND(tf.reshape(index, [-1, 1]), tf.reshape(g, [-1]), [size(shape)]), shape),
  // a convolution with ones, channel by channel
  avgPool: ([x], attrs, { out }) => {
    const { kernel, stride, pads } = attrs
    const [n, c, ...image] = x.shape as [number, number, ...number[]]
    const window = { stride, pads, dilation: kernel.map(() => 1), groups: 1 }
    const sums = tf.reshape(conv(tf.reshape(x, [n * c, 1, ...image]), tf.ones([1, 1, ...kernel]), window), [...out[0]!.shape])
    const counts = divisors(x.shape, attrs)
    return tf.div(sums, counts.length === 1 ? tf.scalar(counts[0]!) : tf.tensor(counts, out[0]!.shape.slice(2), 'float32'))
  },
}
