import type { Rules } from './builder.ts'
import { poolIndices } from './pool-indices.ts'
import { randomBits64 } from './random.ts'

/** What onnxruntime's CPU provider does faster in ops of its own. */
export const cpu: Rules = {
  ...poolIndices,
  matmul: ([a, c, bias], { transposeA, transposeB }, b) => {
    if (bias || !(transposeA || transposeB) || (a.shape.length === 2 && c.shape.length === 2)) return undefined
    return b.node('FusedMatMul', [a, c], { transA: +transposeA, transB: +transposeB }, {}, 'com.microsoft')
  },
  sign: ([x], _, b) => b.node('Sign', [x]),
  logSoftmax: ([x], _, b) => b.node('LogSoftmax', [x], { axis: -1 }),
  randomBits: ([state], { shape, bits }, b) => randomBits64(b, state, shape, bits),
}
