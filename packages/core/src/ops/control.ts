import { ShapeError } from '../errors.ts'
import { transposeScan } from '../autodiff/scan-vjp.ts'
import type { Graph } from '../graph/graph.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Family, Sig } from './op.ts'

export interface ScanAttrs {
  /** [carry, x at t, constant] → [carry, y at t] */
  body: Graph
  carries: number
  xs: number
  length: number
  /** From the last element to the first; every y still stands at its own t. */
  reverse: boolean
}

export interface Control {
  scan: Sig<number, ScanAttrs>
  barrier: Sig<2>
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
}
