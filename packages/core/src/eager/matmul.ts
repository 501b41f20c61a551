import * as tf from '@tensorflow/tfjs-core'
import { range } from '../tensor/spec.ts'

type T = tf.Tensor

const turned = (x: T): T => tf.transpose(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2])

/** One matrix times many, as one product of two large ones: on the WebAssembly backend several times faster. [m, k] · [..., k, n] → [..., m, n] */
export function oneTimesMany(a: T, b: T, transposeA = false, transposeB = false): T {
  const rows = transposeB ? b : turned(b) // [..., n, k]
  const y = tf.matMul(tf.reshape(rows, [-1, rows.shape.at(-1)!]), transposeA ? a : turned(a))
  return turned(tf.reshape(y, [...rows.shape.slice(0, -1), y.shape[1]!]))
}
