import { ShapeError } from '../errors.ts'
import { transposeScan } from '../autodiff/scan-vjp.ts'
import type { Graph } from '../graph/graph.ts'
import { interpret } from '../graph/trace.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Family, Sig } from './op.ts'

/** Attributes of `scan`. */
export interface ScanAttrs {
  /** [carry, x at t, constant] → [carry, y at t] */
  body: Graph
  carries: number
  xs: number
  length: number
  /** From the last element to the first; every y still stands at its own t. */
  reverse: boolean
}

/** Signatures of loops and of what gradients may not cross. */
export interface Control {
  scan: Sig<number, ScanAttrs>
  barrier: Sig<2>
  stopGradient: Sig<1>
  custom: Sig<number, { body: Graph; xs: number }>
}

export const control: Family<Control> = {
  // [carry, xs [length, ...], constants] → [last carry, ys [length, ...]]
  scan: {
    infer: (x, { body, carries, length }) =>
      body.outputs.map((out, i) => {
        if (i >= carries) return { shape: [length, ...out.shape], dtype: out.dtype }
        if (!sameShape(out.shape, x[i]!.shape) || out.dtype !== x[i]!.dtype)
          throw new ShapeError(`carry ${i} must stay ${x[i]!.dtype} [${x[i]!.shape}], the body returns ${out.dtype} [${out.shape}]`)
        return { shape: out.shape, dtype: out.dtype }
      }),
    vjp: transposeScan,
  },
  // x, unchanged, but not before `after` is known: what is computed from it cannot be shared with earlier work
  barrier: {
    infer: ([x]) => x,
    vjp: ({ g }) => [() => g, null],
  },
  // x, through which no gradient flows
  stopGradient: { infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }), vjp: null },
  // [y, x, kept] → y, with a gradient of its own: body takes [g, kept] and gives one for each x
  custom: {
    infer: ([y]) => ({ shape: y!.shape, dtype: y!.dtype }),
    vjp: ({ g, x, attrs: { body, xs } }) => {
      let memo: Tensor[] | undefined
      const given = (i: number) => () => (memo ??= interpret(body, [g, ...x.slice(1 + xs)]))[i]!
      return x.map((_, i) => (i >= 1 && i <= xs ? given(i - 1) : null))
    },
  },
}
