import type { Reduce } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

/** Until version 18 only sums take their axes as an input. */
const over =
  (op: string) =>
  ([x]: [Ref], { axes, keepDims }: { axes: number[]; keepDims: boolean }, b: Builder): Ref => {
    if (!axes.length) return x
    const keepdims = keepDims ? 1 : 0
    return op === 'ReduceSum' || b.options.opset >= 18 ? b.node(op, [x, b.i64(axes)], { keepdims }) : b.node(op, [x], { axes, keepdims })
  }

export const reduce: Lowerings<Reduce> = {
  sum: over('ReduceSum'),
  mean: over('ReduceMean'),
  max: over('ReduceMax'),
  argMax: ([x], { axis }, b) => b.cast(b.node('ArgMax', [x], { axis, keepdims: 0 }, { type: 'int64' }), 'int32'),
  softmax: ([x], _, b) => b.node('Softmax', [x], { axis: -1 }),
  logSoftmax: ([x], _, b) => b.node('LogSoftmax', [x], { axis: -1 }),
}
