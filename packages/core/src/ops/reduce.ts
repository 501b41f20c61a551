import { isFloat, type Shape, type Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Family, Sig } from './op.ts'

export interface ReduceAttrs {
  axes: number[]
  keepDims: boolean
}

export interface Reduce {
  sum: Sig<1, ReduceAttrs>
  mean: Sig<1, ReduceAttrs>
  max: Sig<1, ReduceAttrs>
  argMax: Sig<1, { axis: number }>
  softmax: Sig<1>
  logSoftmax: Sig<1>
}

const kept = (shape: Shape, axes: number[]): number[] => shape.map((d, i) => (axes.includes(i) ? 1 : d))

const reduced = ([x]: [Spec], { axes, keepDims }: ReduceAttrs): Spec => {
  if (x.dtype === 'bool' || x.dtype === 'uint8') throw new DTypeError(`${x.dtype} is for storage, not arithmetic. Cast it: x.cast('float32')`)
  return { shape: keepDims ? kept(x.shape, axes) : x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype }
}

const floats = (rule: (x: [Spec], attrs: ReduceAttrs) => Spec) => (x: [Spec], attrs: ReduceAttrs): Spec => {
  if (!isFloat(x[0])) throw new DTypeError(`needs float32, got ${x[0].dtype}. Cast it: x.cast('float32')`)
  return rule(x, attrs)
}

/** Stretches a reduced tensor over the axes it was reduced along. */
const stretch = (t: Tensor, x: Tensor, axes: number[]): Tensor => t.reshape(kept(x.shape, axes)).broadcastTo(x.shape)

const count = (x: Tensor, axes: number[]): number => axes.reduce((n, a) => n * x.shape[a]!, 1)

export const reduce: Family<Reduce> = {
  sum: {
    infer: reduced,
    vjp: ({ g, x: [x], attrs: { axes } }) => [() => stretch(g, x, axes)],
  },
  mean: {
    infer: floats(reduced),
    vjp: ({ g, x: [x], attrs: { axes } }) => [() => stretch(g.mul(1 / count(x, axes)), x, axes)],
  },
  // ties share the gradient
  max: {
    infer: ([x], attrs) => {
      const empty = attrs.axes.find(a => x.shape[a] === 0)
      if (empty !== undefined) throw new ShapeError(`the largest of no numbers: axis ${empty} of [${x.shape}] is empty`)
      return reduced([x], attrs)
    },
    vjp: ({ g, y, x: [x], attrs: { axes } }) => [
      () => {
        const hit = x.equal(stretch(y, x, axes)).cast(x.dtype)
        return hit.mul(stretch(g, x, axes)).div(hit.sum(axes, true))
      },
    ],
  },
  argMax: {
    infer: ([x], { axis }) => {
      if (x.shape[axis] === 0) throw new ShapeError(`the largest of no numbers: axis ${axis} of [${x.shape}] is empty`)
      return { shape: x.shape.filter((_, i) => i !== axis), dtype: 'int32' }
    },
    vjp: null,
  },
  // over the last axis: dx = y·(g − Σ g·y)
  softmax: {
    infer: ([x]) => x,
    vjp: ({ g, y }) => [() => { const gy = g.mul(y); return gy.sub(y.mul(gy.sum(-1, true))) }],
  },
  // over the last axis: dx = g − softmax(x)·Σ g
  logSoftmax: {
    infer: ([x]) => x,
    vjp: ({ g, y }) => [() => g.sub(y.exp().mul(g.sum(-1, true)))],
  },
}
