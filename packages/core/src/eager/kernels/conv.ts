import * as tf from '@tensorflow/tfjs-core'
import type { Conv } from '../../ops/conv.ts'
import { conv, convFilter, convInput } from '../conv.ts'
import type { Kernels } from './kernel.ts'

export const convolution: Kernels<Conv> = {
  conv: ([x, w, bias], attrs) => {
    const y = conv(x, w, attrs)
    return bias ? tf.add(y, tf.reshape(bias, [-1, ...attrs.stride.map(() => 1)])) : y
  },
  convInput: ([g, w], { shape, ...attrs }) => convInput(g, w, attrs, shape),
  convFilter: ([x, g], { shape, ...attrs }) => convFilter(x, g, attrs, shape),
}
