import * as tf from '@tensorflow/tfjs-core'
import type { Pool } from '../../ops/pool.ts'
import { size } from '../../tensor/spec.ts'
import { maxPool } from '../max-pool.ts'
import type { Kernels } from './kernel.ts'

export const pool: Kernels<Pool> = {
  maxPool: ([x], attrs, { out }) => maxPool(x, attrs, out[0]!.shape),
  maxUnpool: ([g, index], { shape }) => tf.reshape(tf.scatterND(tf.reshape(index, [-1, 1]), tf.reshape(g, [-1]), [size(shape)]), shape),
}
