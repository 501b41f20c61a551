import { size } from '@portolan/core/engine'
import type { Builder, Ref, Rules } from './builder.ts'
import { poolIndices } from './pool-indices.ts'
import { linalg } from './portable/linalg.ts'
import { randomBits64 } from './random.ts'
import { sumOfRows } from './sum-of-rows.ts'

/** What onnxruntime's CPU provider does faster in ops of its own. */
export const cpu: Rules = {
  ...poolIndices,
  matmul: (x, attrs, b) => {
    const [a, c, bias] = x
    const { transposeA, transposeB } = attrs
    const plain = bias || !(transposeA || transposeB) || (a.shape.length === 2 && c.shape.length === 2)
    const y = plain
      ? linalg.matmul(x, attrs, b)
      : b.node('FusedMatMul', [a, c], { transA: +transposeA, transB: +transposeB }, {}, 'com.microsoft')
    return { ...(y as Ref), finite: true }
  },
  // ReLU's gradient, g where a mask holds and 0 elsewhere: a choice takes longer than a product. A choice of a user may hide what is no number
  where: ([mask, g, otherwise], _, b) =>
    b.gradient && g.finite && otherwise.name === b.f32(0).name ? b.node('Mul', [g, maskFactor(b, mask)]) : undefined,
  greater: ([x, y], _, b) =>
    y.name === b.f32(0).name ? { ...b.lazy(b.out[0]!.shape, 'bool', n => b.define(n, 'Greater', [x, y])), above: x } : undefined,
  sum: ([x], { axes, keepDims }, b) => overRows(b, x, axes, keepDims, y => y),
  mean: ([x], { axes, keepDims }, b) => overRows(b, x, axes, keepDims, (y, n) => b.node('Div', [y, b.f32(n)], {}, y)),
  sign: ([x], _, b) => b.node('Sign', [x]),
  logSoftmax: ([x], _, b) => b.node('LogSoftmax', [x], { axis: -1 }),
  randomBits: ([state], { shape, bits }, b) => randomBits64(b, state, shape, bits),
}

/** 1 where a mask holds, else 0. Of numbers above 0 one op says so: 3e38 times any of them is 1 or more. */
export const maskFactor = (b: Builder, mask: Ref): Ref =>
  mask.above?.type === 'float32' && b.isLazy(mask)
    ? b.node('HardSigmoid', [mask.above], { alpha: { float: 3e38 }, beta: { float: 0 } }, mask.above)
    : b.cast(mask, 'float32')

/** Sums over the first axes, and what is made of them and of how many rows there are. */
function overRows(b: Builder, x: Ref, axes: readonly number[], keepDims: boolean, then: (y: Ref, rows: number) => Ref): Ref | undefined {
  if (!axes.every((a, i) => a === i)) return undefined
  const sum = sumOfRows(b, x, axes.length)
  const y = sum && then(sum, size(x.shape.slice(0, axes.length)))
  return y && keepDims ? b.reshape(y, b.out[0]!.shape) : y
}
