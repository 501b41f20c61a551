import { DTypeError, ShapeError } from '../errors.ts'
import { sameShape, size, type Shape, type Spec } from '../tensor/spec.ts'
import type { Family, Sig } from './op.ts'

/** Signatures of the ops that index. */
export interface IndexOps {
  gather: Sig<2, { axis?: number }>
  scatterAdd: Sig<2, { rows: number; axis?: number }>
  gatherND: Sig<2>
  takeAlong: Sig<2, { axis: number }>
  addAlong: Sig<2 | 3, { axis: number; length: number }>
  oneHot: Sig<1, { depth: number }>
  topK: Sig<1, { k: number; largest: boolean }>
}

const integer = ({ dtype }: Spec): void => {
  if (dtype !== 'int32') throw new DTypeError(`indices must be int32, got ${dtype}. Cast them: index.cast('int32')`)
}

const sameBut = (axis: number, a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => i === axis || d === b[i])

export const indexOps: Family<IndexOps> = {
  // x [...a, n, ...b], index [...i] → [...a, ...i, ...b], along the axis n, by default the first
  gather: {
    infer: ([x, index], { axis = 0 }) => {
      integer(index)
      if (!x.shape.length) throw new ShapeError('a scalar has no rows to gather from')
      return { shape: x.shape.toSpliced(axis, 1, ...index.shape), dtype: x.dtype }
    },
    vjp: ({ g, x: [x, index], attrs: { axis = 0 } }) => [() => index.op('scatterAdd', [g], { rows: x.shape[axis]!, axis }), null],
  },
  // index [...i], updates [...a, ...i, ...b] → [...a, rows, ...b]: rows that are named twice are added up
  scatterAdd: {
    infer: ([index, updates], { rows, axis = 0 }) => {
      integer(index)
      if (!sameShape(index.shape, updates.shape.slice(axis, axis + index.shape.length)))
        throw new ShapeError(`updates must have the shape of the index [${index.shape}] from axis ${axis} on, got [${updates.shape}]`)
      return { shape: updates.shape.toSpliced(axis, index.shape.length, rows), dtype: updates.dtype }
    },
    vjp: ({ g, x: [index], attrs: { axis = 0 } }) => [null, () => g.gather(index, axis)],
  },
  // x [d₁, …, dₖ, ...b], index [...i, k] → [...i, ...b]; the gradient counts places as one number, row-major
  gatherND: {
    infer: ([x, index]) => {
      integer(index)
      const k = index.shape.at(-1)
      if (!k || k > x.shape.length)
        throw new ShapeError(
          `the last axis of the index must be 1 … ${x.shape.length}, as many as it names axes of [${x.shape}], got [${index.shape}]`,
        )
      return { shape: [...index.shape.slice(0, -1), ...x.shape.slice(k)], dtype: x.dtype }
    },
    vjp: ({ g, x: [x, index] }) => [
      () => {
        const k = index.shape.at(-1)!
        const dims = x.shape.slice(0, k)
        const flat = index
          .split(k)
          .reduce((sum, place, i) => sum.mul(dims[i]!).add(place))
          .squeeze(-1)
        return flat.op('scatterAdd', [g], { rows: size(dims) }).reshape(x.shape)
      },
      null,
    ],
  },
  // x [...a, n, ...b], index [...a, m, ...b] → [...a, m, ...b]: y[a, j, b] = x[a, index[a, j, b], b]
  takeAlong: {
    infer: ([x, index], { axis }) => {
      integer(index)
      if (!sameBut(axis, x.shape, index.shape))
        throw new ShapeError(`the index must have the shape of [${x.shape}] but for axis ${axis}, got [${index.shape}]`)
      return { shape: index.shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [x, index], attrs: { axis } }) => [() => index.op('addAlong', [g], { axis, length: x.shape[axis]! }), null],
  },
  // index, updates [...a, m, ...b], maybe to [...a, length, ...b] → as to: y = to or zeros, y[a, index[a, j, b], b] += updates[a, j, b]
  addAlong: {
    infer: ([index, updates, to], { axis, length }) => {
      integer(index)
      if (!sameShape(index.shape, updates.shape))
        throw new ShapeError(`index and updates must have one shape, got [${index.shape}] and [${updates.shape}]`)
      const shape = updates.shape.with(axis, length)
      if (to && !sameShape(to.shape, shape)) throw new ShapeError(`what is added to must be [${shape}], got [${to.shape}]`)
      return { shape, dtype: updates.dtype }
    },
    vjp: ({ g, x: [index, , to], attrs: { axis } }) => [null, () => g.takeAlong(index, axis), to ? () => g : null],
  },
  // index [...i] → float32 [...i, depth]
  oneHot: {
    infer: ([index], { depth }) => {
      integer(index)
      return { shape: [...index.shape, depth], dtype: 'float32' }
    },
    vjp: null,
  },
  // over the last axis: the k largest or smallest in their order, and where they are, int32; of equal ones the first comes first
  topK: {
    infer: ([x], { k }) => {
      if (x.dtype === 'bool' || x.dtype === 'uint8') throw new DTypeError(`${x.dtype} has no order. Cast it: x.cast('float32')`)
      const n = x.shape.at(-1) ?? 0
      if (!Number.isInteger(k) || k < 0 || k > n)
        throw new ShapeError(`k must be an integer from 0 to the ${n} numbers of an axis, got ${k}`)
      const shape = [...x.shape.slice(0, -1), k]
      return [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int32' },
      ]
    },
    vjp: ({ g, x: [x], ys: [, indices] }) => [() => indices!.op('addAlong', [g], { axis: x.shape.length - 1, length: x.shape.at(-1)! })],
  },
}
