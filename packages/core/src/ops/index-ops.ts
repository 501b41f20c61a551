import { DTypeError, ShapeError } from '../errors.ts'
import { sameShape, type Spec } from '../tensor/spec.ts'
import type { Family, Sig } from './op.ts'

export interface IndexOps {
  gather: Sig<2>
  scatterAdd: Sig<2, { rows: number }>
  oneHot: Sig<1, { depth: number }>
}

const integer = ({ dtype }: Spec): void => {
  if (dtype !== 'int32') throw new DTypeError(`indices must be int32, got ${dtype}. Cast them: index.cast('int32')`)
}

export const indexOps: Family<IndexOps> = {
  // x [rows, ...d], index [...i] → [...i, ...d]
  gather: {
    infer: ([x, index]) => {
      integer(index)
      if (!x.shape.length) throw new ShapeError('a scalar has no rows to gather from')
      return { shape: [...index.shape, ...x.shape.slice(1)], dtype: x.dtype }
    },
    vjp: ({ g, x: [x, index] }) => [() => index.op('scatterAdd', [g], { rows: x.shape[0]! }), null],
  },
  // index [...i], updates [...i, ...d] → [rows, ...d]: rows that are named twice are added up
  scatterAdd: {
    infer: ([index, updates], { rows }) => {
      integer(index)
      if (!sameShape(index.shape, updates.shape.slice(0, index.shape.length))) throw new ShapeError(`updates must begin with the shape of the index [${index.shape}], got [${updates.shape}]`)
      return { shape: [rows, ...updates.shape.slice(index.shape.length)], dtype: updates.dtype }
    },
    vjp: ({ g, x: [index] }) => [null, () => g.gather(index)],
  },
  // index [...i] → float32 [...i, depth]; an index outside gives a row of zeros
  oneHot: {
    infer: ([index], { depth }) => {
      integer(index)
      return { shape: [...index.shape, depth], dtype: 'float32' }
    },
    vjp: null,
  },
}
