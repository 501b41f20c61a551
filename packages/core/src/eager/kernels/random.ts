import * as tf from '@tensorflow/tfjs-core'
import type { Random } from '../../ops/random.ts'
import { squaresWords } from '../../random/squares.ts'
import { size } from '../../tensor/spec.ts'
import type { Kernels } from './kernel.ts'

export const random: Kernels<Random> = {
  randomBits: ([state], { shape, bits }) => {
    const [low, high, draw] = state.dataSync() as Int32Array
    return tf.tensor(
      Int32Array.from(squaresWords([low!, high!], draw!, size(shape)), w => w >>> (32 - bits)),
      shape,
      'int32',
    )
  },
}
