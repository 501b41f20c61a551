import * as tf from '@tensorflow/tfjs-core'
import type { Graph } from '../../graph/graph.ts'
import type { TableOf } from '../../ops/index.ts'
import { asTypedArray, type Spec } from '../../tensor/spec.ts'

/** What a kernel may ask for beside its inputs. */
export interface Eager {
  readonly out: readonly Spec[]
  /** Runs a body on tensors. */
  interpret(graph: Graph, args: tf.Tensor[]): tf.Tensor[]
}

export type T = tf.Tensor
/** One family of ops on tfjs's forward kernels. */
export type Kernels<S> = TableOf<S, T, Eager>

/** uint8 is int32 to tfjs, kept in 0 … 255. Its own cast to bool cuts a number down to a byte. */
export const cast = (x: T, dtype: Spec['dtype']): T =>
  dtype === 'uint8'
    ? tf.mod(converted(x, 'int32'), tf.scalar(256, 'int32'))
    : dtype === 'bool'
      ? tf.notEqual(x, tf.zerosLike(x))
      : converted(x, dtype)

/** The plain backend's cast may leave the numbers in an array of another kind, whose bytes a backend that they move to takes for its own. */
const converted = (x: T, dtype: 'float32' | 'int32'): T => {
  const y = tf.cast(x, dtype)
  return x.dtype === dtype || tf.getBackend() !== 'cpu' ? y : tf.tensor(asTypedArray(y.dataSync(), dtype), y.shape, dtype)
}

/** Arithmetic of the WebAssembly backend has six axes at most and gives what stood in memory beyond: then as one axis. */
export const binary =
  (op: (a: T, b: T) => T) =>
  ([a, b]: [T, T], _: {}, { out }: Pick<Eager, 'out'>): T => {
    if (a.rank <= 6 && b.rank <= 6) return op(a, b)
    const shape = [...out[0]!.shape]
    const line = (x: T): T => tf.reshape(tf.broadcastTo(x, shape as [number]), [-1])
    return tf.reshape(op(line(a), line(b)), shape)
  }
