import { DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, range, sameShape, size, type DType, type TypedArray } from '../tensor/spec.ts'
import type { Family, Sig } from './op.ts'

/** Signatures of the ops that only move numbers. */
export interface ShapeOps {
  constant: Sig<0, { data: TypedArray; shape: number[]; dtype: DType }>
  full: Sig<0, { value: number; shape: number[]; dtype: DType }>
  iota: Sig<0, { length: number; dtype: DType }>
  reshape: Sig<1, { shape: number[] }>
  broadcastTo: Sig<1, { shape: number[] }>
  transpose: Sig<1, { perm: number[] }>
  concat: Sig<number, { axis: number }>
  slice: Sig<1, { starts: number[]; ends: number[] }>
  flip: Sig<1, { axes: number[] }>
  pad: Sig<1, { before: number[]; after: number[]; value?: number }>
}

export const shapeOps: Family<ShapeOps> = {
  constant: { infer: (_, { shape, dtype }) => ({ shape, dtype }), vjp: null },
  full: { infer: (_, { shape, dtype }) => ({ shape, dtype }), vjp: null },
  iota: { infer: (_, { length, dtype }) => ({ shape: [length], dtype }), vjp: null },
  reshape: {
    infer: ([x], { shape }) => {
      if (size(shape) !== size(x.shape))
        throw new ShapeError(
          `the new shape must hold the ${size(x.shape)} elements of [${x.shape}], got [${shape}] for ${size(shape)}. Leave one axis open: -1.`,
        )
      return { shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [x] }) => [() => g.reshape(x.shape)],
  },
  broadcastTo: {
    infer: ([x], { shape }) => {
      if (!sameShape(broadcastShapes(x.shape, shape), shape)) throw new ShapeError(`[${x.shape}] does not broadcast to [${shape}]`)
      return { shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [x] }) => [() => g.sumTo(x.shape)],
  },
  transpose: {
    infer: ([x], { perm }) => {
      if (
        !sameShape(
          perm.toSorted((a, b) => a - b),
          range(x.shape.length),
        )
      )
        throw new ShapeError(`perm must name every axis of [${x.shape}] once, got [${perm}]`)
      return { shape: perm.map(p => x.shape[p]!), dtype: x.dtype }
    },
    vjp: ({ g, attrs: { perm } }) => [() => g.transpose(range(perm.length).map(i => perm.indexOf(i)))],
  },
  concat: {
    infer: (x, { axis }) => {
      const [first] = x
      if (x.some(s => s.dtype !== first!.dtype))
        throw new DTypeError(`all parts must have one dtype, got ${x.map(s => s.dtype).join(', ')}`)
      for (const s of x)
        if (s.shape.length !== first!.shape.length || !s.shape.every((d, i) => i === axis || d === first!.shape[i]))
          throw new ShapeError(`all but axis ${axis} must agree, got ${x.map(t => `[${t.shape}]`).join(' and ')}`)
      return { shape: first!.shape.map((d, i) => (i === axis ? x.reduce((n, s) => n + s.shape[i]!, 0) : d)), dtype: first!.dtype }
    },
    vjp: ({ g, x, attrs: { axis } }) => {
      let at = 0
      return x.map(t => {
        const from = at
        at += t.shape[axis]!
        const to = at
        return () => g.slice(axis, from, to)
      })
    },
  },
  slice: {
    infer: ([x], { starts, ends }) => {
      if (ends.length !== x.shape.length || ends.some((e, i) => e > x.shape[i]! || starts[i]! < 0 || starts[i]! > e))
        throw new ShapeError(`a part must lie in [${x.shape}], got [${starts}] … [${ends}]`)
      return { shape: ends.map((e, i) => e - starts[i]!), dtype: x.dtype }
    },
    vjp: ({ g, x: [x], attrs: { starts, ends } }) => [
      () =>
        g.pad(
          starts,
          ends.map((e, i) => x.shape[i]! - e),
        ),
    ],
  },
  flip: {
    infer: ([x]) => x,
    vjp: ({ g, attrs: { axes } }) => [() => g.flip(axes)],
  },
  // with a number around, 0 if none is given
  pad: {
    infer: ([x], { before, after }) => {
      if (before.length !== x.shape.length || after.length !== x.shape.length || [...before, ...after].some(p => p < 0))
        throw new ShapeError(`before and after must be one number ≥ 0 for each axis of [${x.shape}], got [${before}] and [${after}]`)
      return { shape: x.shape.map((d, i) => d + before[i]! + after[i]!), dtype: x.dtype }
    },
    vjp: ({ g, x: [x], attrs: { before } }) => [
      () =>
        g.sliceTo(
          before,
          before.map((b, i) => b + x.shape[i]!),
        ),
    ],
  },
}
