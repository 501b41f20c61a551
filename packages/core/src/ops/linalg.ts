import { DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, sameShape, type Shape } from '../tensor/spec.ts'
import type { Family, Sig } from './op.ts'

/** Attributes of `matmul`. */
export interface MatMulAttrs {
  transposeA: boolean
  transposeB: boolean
}

/** Signatures of products of matrices. */
export interface Linalg {
  matmul: Sig<2 | 3, MatMulAttrs>
}

/** [.., m, k] or, when transposed, [.., k, m]. */
const rowsCols = (s: Shape, transposed: boolean): [number, number] => (transposed ? [s.at(-1)!, s.at(-2)!] : [s.at(-2)!, s.at(-1)!])

export const linalg: Family<Linalg> = {
  // (a, b, maybe c) → op(a)·op(b) + c, leading axes broadcast
  matmul: {
    infer: ([a, b, c], { transposeA, transposeB }) => {
      if (a.shape.length < 2 || b.shape.length < 2)
        throw new ShapeError(`both sides need two axes or more, got [${a.shape}] and [${b.shape}]`)
      const [m, k] = rowsCols(a.shape, transposeA)
      const [k2, n] = rowsCols(b.shape, transposeB)
      if (k !== k2) throw new ShapeError(`inner axes must agree, got ${k} and ${k2} in [${a.shape}] and [${b.shape}]`)
      const shape = [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n]
      if (c && !sameShape(broadcastShapes(shape, c.shape), shape))
        throw new ShapeError(`the bias [${c.shape}] must broadcast to the product [${shape}]`)
      for (const { dtype } of c ? [a, b, c] : [a, b])
        if (dtype !== 'float32') throw new DTypeError(`needs float32, got ${dtype}. Cast it: x.cast('float32')`)
      return { shape, dtype: a.dtype }
    },
    vjp: ({ g, x: [a, b, c], attrs: { transposeA: ta, transposeB: tb } }) => [
      () => (ta ? b.matmul(g, { transposeA: tb, transposeB: true }) : g.matmul(b, { transposeB: !tb })).sumTo(a.shape),
      () => (tb ? g.matmul(a, { transposeA: true, transposeB: ta }) : a.matmul(g, { transposeA: !ta })).sumTo(b.shape),
      c ? () => g.sumTo(c.shape) : null,
    ],
  },
}
