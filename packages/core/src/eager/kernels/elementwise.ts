import * as tf from '@tensorflow/tfjs-core'
import type { Elementwise } from '../../ops/elementwise.ts'
import { pairwise } from '../host.ts'
import { binary, cast, type Kernels, type T } from './kernel.ts'

/** NaN where b is: the WebAssembly backend's maximum and minimum give the other side there. */
const orNaN = (y: T, b: T): T => (b.dtype === 'int32' ? y : tf.where(tf.equal(b, b), y, b))

/** log u + (x − (u − 1)) / u with the rounded u = 1 + x. The WebAssembly backend's own forgets what rounding takes away. */
const log1p = (x: T): T => {
  const u = tf.add(x, 1)
  const back = tf.sub(u, 1)
  const log = tf.log(u)
  return tf.where(tf.equal(back, x), log, tf.add(log, tf.div(tf.sub(x, back), u)))
}

export const elementwise: Kernels<Elementwise> = {
  add: binary(tf.add),
  sub: binary(tf.sub),
  // the plain backend multiplies as floating-point numbers, which do not wrap
  mul: ([a, b], _, { out }) =>
    a.dtype === 'int32' && tf.getBackend() === 'cpu' ? pairwise(a, b, out[0]!.shape, Math.imul) : binary(tf.mul)([a, b], {}, { out }),
  div: binary(tf.div),
  mod: ([a, b], _, { out }) =>
    pairwise(a, b, out[0]!.shape, (v, w) => {
      const r = v % w
      return r && r < 0 !== w < 0 ? r + w : r
    }),
  floorDivide: ([a, b], _, { out }) => pairwise(a, b, out[0]!.shape, (v, w) => (w ? Math.floor(v / w) : 0)),
  pow: binary(tf.pow),
  maximum: binary((a, b) => orNaN(tf.maximum(a, b), b)),
  minimum: binary((a, b) => orNaN(tf.minimum(a, b), b)),
  neg: ([x]) => tf.neg(x),
  abs: ([x]) => tf.abs(x),
  // tf.sign takes small numbers for 0
  sign: ([x]) => tf.sub(tf.cast(tf.greater(x, tf.zerosLike(x)), x.dtype), tf.cast(tf.less(x, tf.zerosLike(x)), x.dtype)),
  exp: ([x]) => tf.exp(x),
  expm1: ([x]) => tf.expm1(x),
  log: ([x]) => tf.log(x),
  log1p: ([x]) => log1p(x),
  sqrt: ([x]) => tf.sqrt(x),
  sin: ([x]) => tf.sin(x),
  cos: ([x]) => tf.cos(x),
  tan: ([x]) => tf.tan(x),
  asin: ([x]) => tf.asin(x),
  acos: ([x]) => tf.acos(x),
  atan: ([x]) => tf.atan(x),
  sinh: ([x]) => tf.sinh(x),
  cosh: ([x]) => tf.cosh(x),
  tanh: ([x]) => tf.tanh(x),
  asinh: ([x]) => tf.asinh(x),
  acosh: ([x]) => tf.acosh(x),
  atanh: ([x]) => tf.atanh(x),
  erf: ([x]) => tf.erf(x),
  sigmoid: ([x]) => tf.sigmoid(x),
  softplus: ([x]) => tf.add(tf.relu(x), log1p(tf.exp(tf.neg(tf.abs(x))))),
  relu: ([x]) => tf.relu(x),
  clip: ([x], { low, high }) => {
    const limit = (v: number): T => tf.scalar(x.dtype === 'int32' ? Math.min(Math.max(v, -(2 ** 31)), 2 ** 31 - 1) : v, x.dtype as 'int32')
    return tf.minimum(tf.maximum(x, limit(low)), limit(high))
  },
  floor: ([x]) => tf.floor(x),
  ceil: ([x]) => tf.ceil(x),
  round: ([x]) => tf.round(x),
  equal: ([a, b]) => tf.equal(a, b),
  greater: ([a, b]) => tf.greater(a, b),
  greaterEqual: ([a, b]) => tf.greaterEqual(a, b),
  less: ([a, b]) => tf.less(a, b),
  lessEqual: ([a, b]) => tf.lessEqual(a, b),
  // tf.where on bools writes beyond their memory on the WebAssembly backend
  where: ([c, a, b]) => (a.dtype === 'bool' ? cast(tf.where(c, tf.cast(a, 'int32'), tf.cast(b, 'int32')), 'bool') : tf.where(c, a, b)),
  cast: ([x], { dtype }) => cast(x, dtype),
}
