import * as tf from '@tensorflow/tfjs-core'
import type { Elementwise } from '../../ops/elementwise.ts'
import { cast, type Kernels } from './kernel.ts'

export const elementwise: Kernels<Elementwise> = {
  add: ([a, b]) => tf.add(a, b),
  sub: ([a, b]) => tf.sub(a, b),
  mul: ([a, b]) => tf.mul(a, b),
  div: ([a, b]) => tf.div(a, b),
  pow: ([a, b]) => tf.pow(a, b),
  maximum: ([a, b]) => tf.maximum(a, b),
  minimum: ([a, b]) => tf.minimum(a, b),
  neg: ([x]) => tf.neg(x),
  abs: ([x]) => tf.abs(x),
  // tf.sign takes small numbers for 0
  sign: ([x]) => tf.sub(tf.cast(tf.greater(x, tf.zerosLike(x)), x.dtype), tf.cast(tf.less(x, tf.zerosLike(x)), x.dtype)),
  exp: ([x]) => tf.exp(x),
  log: ([x]) => tf.log(x),
  sqrt: ([x]) => tf.sqrt(x),
  sin: ([x]) => tf.sin(x),
  cos: ([x]) => tf.cos(x),
  erf: ([x]) => tf.erf(x),
  tanh: ([x]) => tf.tanh(x),
  sigmoid: ([x]) => tf.sigmoid(x),
  relu: ([x]) => tf.relu(x),
  equal: ([a, b]) => tf.equal(a, b),
  greater: ([a, b]) => tf.greater(a, b),
  less: ([a, b]) => tf.less(a, b),
  where: ([c, a, b]) => tf.where(c, a, b),
  cast: ([x], { dtype }) => cast(x, dtype),
}
