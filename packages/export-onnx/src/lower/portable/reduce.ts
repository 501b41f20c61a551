import type { Reduce } from '@portolan/core/engine'
import { elementTypes } from '../../model/onnx-model.ts'
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

const place =
  (op: string) =>
  ([x]: [Ref], { axis }: { axis: number }, b: Builder): Ref =>
    b.cast(b.node(op, [x], { axis, keepdims: 0 }, { type: 'int64' }), 'int32')

export const reduce: Lowerings<Reduce> = {
  // int32 in 64 bits, cut down afterwards: onnxruntime's own sum stops at the largest number where it should wrap
  sum: ([x], { axes, keepDims }, b) => {
    if (x.type !== 'int32' || !axes.length) return over('ReduceSum')([x], { axes, keepDims }, b)
    const wide = b.node('ReduceSum', [b.cast(x, 'int64'), b.i64(axes)], { keepdims: +keepDims }, { type: 'int64' })
    return b.node('Cast', [wide], { to: elementTypes.int32 })
  },
  mean: over('ReduceMean'),
  max: over('ReduceMax'),
  min: over('ReduceMin'),
  argMax: place('ArgMax'),
  argMin: place('ArgMin'),
  cumsum: ([x], { axis, exclusive, reverse }, b) => b.node('CumSum', [x, b.i64([axis], [])], { exclusive: +exclusive, reverse: +reverse }),
  softmax: ([x], _, b) => b.node('Softmax', [x], { axis: -1 }),
  // LogSoftmax is missing on WebGPU
  logSoftmax: ([x], _, b) => {
    const row = { shape: [...x.shape.slice(0, -1), 1] }
    const last =
      b.options.opset >= 18
        ? b.node('ReduceMax', [x, b.i64([-1])], { keepdims: 1 }, row)
        : b.node('ReduceMax', [x], { axes: [-1], keepdims: 1 }, row)
    const shifted = b.node('Sub', [x, last])
    return b.node('Sub', [
      shifted,
      b.node('Log', [b.node('ReduceSum', [b.node('Exp', [shifted]), b.i64([-1])], { keepdims: 1 }, row)], {}, row),
    ])
  },
}
