import { type Linalg, range } from '@portolan/core/engine'
import type { Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

export const linalg: Lowerings<Linalg> = {
  matmul: (x, { transposeA, transposeB }, b) => {
    const [a, c, bias] = x
    const swapped = (x: Ref) => b.transpose(x, [...range(x.shape.length - 2), x.shape.length - 1, x.shape.length - 2])
    if (a.shape.length === 2 && c.shape.length === 2)
      return b.node('Gemm', bias ? [a, c, bias] : [a, c], { transA: +transposeA, transB: +transposeB })
    const y = b.node('MatMul', [transposeA ? swapped(a) : a, transposeB ? swapped(c) : c])
    return bias ? b.node('Add', [y, bias]) : y
  },
}
