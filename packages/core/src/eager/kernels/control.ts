import * as tf from '@tensorflow/tfjs-core'
import type { Control } from '../../ops/control.ts'
import { range } from '../../tensor/spec.ts'
import type { Kernels, T } from './kernel.ts'

export const control: Kernels<Control> = {
  scan: (x, { body, carries, xs, length, reverse }, { interpret, out }) => {
    let carry = x.slice(0, carries)
    const stacks = x.slice(carries, carries + xs).map(t => tf.unstack(t))
    const constants = x.slice(carries + xs)
    const ys: T[][] = body.outputs.slice(carries).map(() => [])
    for (const i of range(length)) {
      const t = reverse ? length - 1 - i : i
      const results = interpret(body, [...carry, ...stacks.map(s => s[t]!), ...constants])
      carry = results.slice(0, carries)
      results.slice(carries).forEach((y, k) => (ys[k]![t] = y))
    }
    return [...carry, ...ys.map((y, k) => (y.length ? tf.stack(y) : tf.zeros(out[carries + k]!.shape as [number])))]
  },
  barrier: ([x]) => tf.clone(x),
  stopGradient: ([x]) => tf.clone(x),
  custom: ([y]) => tf.clone(y!),
}
