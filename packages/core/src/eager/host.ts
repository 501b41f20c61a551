import * as tf from '@tensorflow/tfjs-core'
import { size } from '../tensor/spec.ts'

type T = tf.Tensor
type Numbers = Float32Array | Int32Array | Uint8Array

// What tfjs has no kernel for, or an inexact one, computed by ourselves.

/** Two tensors number by number, with broadcasting. */
export function pairwise(a: T, b: T, shape: readonly number[], f: (a: number, b: number) => number): T {
  const [x, y] = [a, b].map(t => tf.broadcastTo(t, shape as [number]).dataSync()) as [Numbers, Numbers]
  return tf.tensor(
    x.map((v, i) => f(v, y[i]!)),
    shape as [number],
    a.dtype,
  )
}

/** Where in [...a, n, ...b] the numbers are that an index [...a, m, ...b] names along the axis n. */
function places(index: T, axis: number, n: number): Int32Array {
  const inner = size(index.shape.slice(axis + 1))
  const block = inner * index.shape[axis]!
  return (index.dataSync() as Int32Array).map((v, i) => (Math.floor(i / block) * n + v) * inner + (i % inner))
}

/** y[a, j, b] = x[a, index[a, j, b], b] */
export function takeAlong(x: T, index: T, axis: number): T {
  const from = x.dataSync()
  return tf.tensor(
    Array.from(places(index, axis, x.shape[axis]!), place => from[place]!),
    index.shape,
    x.dtype,
  )
}

/** y[a, index[a, j, b], b] += updates[a, j, b] */
export function addAlong(index: T, updates: T, axis: number, shape: readonly number[]): T {
  const from = updates.dataSync()
  const data = updates.dtype === 'int32' ? new Int32Array(size(shape)) : new Float32Array(size(shape))
  places(index, axis, shape[axis]!).forEach((place, i) => (data[place]! += from[i]!))
  return tf.tensor(data, shape as [number], updates.dtype)
}

/** The k first of each row in the order of their size, equal ones in the order in which they stand. */
export function topK(x: T, k: number, largest: boolean): [T, T] {
  const n = x.shape.at(-1)!
  const data = x.dataSync() as Float32Array | Int32Array
  const shape = [...x.shape.slice(0, -1), k]
  const indices = new Int32Array(size(shape))
  const values = x.dtype === 'int32' ? new Int32Array(indices.length) : new Float32Array(indices.length)
  for (let row = 0, at = 0; at < indices.length; row += n) {
    const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => {
      const [v, w] = largest ? [data[row + j]!, data[row + i]!] : [data[row + i]!, data[row + j]!]
      return v < w ? -1 : v > w ? 1 : i - j
    })
    for (let i = 0; i < k; i++, at++) {
      indices[at] = order[i]!
      values[at] = data[row + order[i]!]!
    }
  }
  return [tf.tensor(values, shape, x.dtype), tf.tensor(indices, shape, 'int32')]
}
