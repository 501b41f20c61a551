import * as tf from '@tensorflow/tfjs-core'
import type { Linalg } from '../../ops/linalg.ts'
import { oneTimesMany } from '../matmul.ts'
import type { Kernels, T } from './kernel.ts'

export const linalg: Kernels<Linalg> = {
  matmul: ([a, b, c], { transposeA, transposeB }, { out }) => {
    // tfjs broadcasts a batch of size 1 only
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
    const spread = (x: T) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)] as never) as T
    if (!a.size || !b.size) return c ? tf.broadcastTo(c, out[0]!.shape as [number]) : tf.zeros(out[0]!.shape as [number])
    const y =
      a.rank === 2 && b.rank > 2 ? oneTimesMany(a, b, transposeA, transposeB) : tf.matMul(spread(a), spread(b), transposeA, transposeB)
    return c ? tf.add(y, c) : y
  },
}
