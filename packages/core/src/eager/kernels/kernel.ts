import * as tf from '@tensorflow/tfjs-core'
import type { Graph } from '../../graph/graph.ts'
import type { TableOf } from '../../ops/index.ts'
import type { Spec } from '../../tensor/spec.ts'

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
  dtype === 'uint8' ? tf.mod(tf.cast(x, 'int32'), tf.scalar(256, 'int32')) : dtype === 'bool' ? tf.notEqual(x, tf.zerosLike(x)) : tf.cast(x, dtype)
