import { isFloat, size, type Shape, type Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Family, Op, Sig } from './op.ts'

/** Attributes of a reduction. */
export interface ReduceAttrs {
  axes: number[]
  keepDims: boolean
}

/** Attributes of a running sum. */
export interface CumulativeAttrs {
  axis: number
  /** Each number without itself. */
  exclusive: boolean
  /** From the last number to the first. */
  reverse: boolean
}

/** Signatures of reductions. */
export interface Reduce {
  sum: Sig<1, ReduceAttrs>
  mean: Sig<1, ReduceAttrs>
  max: Sig<1, ReduceAttrs>
  min: Sig<1, ReduceAttrs>
  argMax: Sig<1, { axis: number }>
  argMin: Sig<1, { axis: number }>
  cumsum: Sig<1, CumulativeAttrs>
  softmax: Sig<1>
  logSoftmax: Sig<1>
}

const kept = (shape: Shape, axes: number[]): number[] => shape.map((d, i) => (axes.includes(i) ? 1 : d))

const numeric = (x: Spec): void => {
  if (x.dtype === 'bool' || x.dtype === 'uint8')
    throw new DTypeError(`${x.dtype} is for storage, not arithmetic. Cast it: x.cast('float32')`)
}

const reduced = ([x]: [Spec], { axes, keepDims }: ReduceAttrs): Spec => {
  numeric(x)
  return { shape: keepDims ? kept(x.shape, axes) : x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype }
}

const floats =
  (rule: (x: [Spec], attrs: ReduceAttrs) => Spec) =>
  (x: [Spec], attrs: ReduceAttrs): Spec => {
    if (!isFloat(x[0])) throw new DTypeError(`needs float32, got ${x[0].dtype}. Cast it: x.cast('float32')`)
    return rule(x, attrs)
  }

/** Stretches a reduced tensor over the axes it was reduced along. */
const stretch = (t: Tensor, x: Tensor, axes: number[]): Tensor => t.reshape(kept(x.shape, axes)).broadcastTo(x.shape)

const count = (x: Tensor, axes: number[]): number => axes.reduce((n, a) => n * x.shape[a]!, 1)

const filled = (x: Spec, axes: number[]): void => {
  const empty = axes.find(a => x.shape[a] === 0)
  if (empty !== undefined) throw new ShapeError(`no numbers to choose from: axis ${empty} of [${x.shape}] is empty`)
}

/** The largest or smallest numbers; ties share the gradient. */
const extreme: Op<1, ReduceAttrs> = {
  infer: ([x], attrs) => {
    filled(x, attrs.axes)
    return reduced([x], attrs)
  },
  vjp: ({ g, y, x: [x], attrs: { axes } }) => [
    () => {
      const hit = x.equal(stretch(y, x, axes)).cast('float32')
      return hit.mul(stretch(g.div(hit.sum(axes, true).reshape(g.shape)), x, axes))
    },
  ],
}

/** Where the first of them is. */
const place: Op<1, { axis: number }> = {
  infer: ([x], { axis }) => {
    numeric(x)
    filled(x, [axis])
    return { shape: x.shape.filter((_, i) => i !== axis), dtype: 'int32' }
  },
  vjp: null,
}

export const reduce: Family<Reduce> = {
  sum: {
    infer: reduced,
    vjp: ({ g, x: [x], attrs: { axes } }) => [() => stretch(g, x, axes)],
  },
  mean: {
    infer: floats(([x], attrs) => {
      const y = reduced([x], attrs)
      if (size(x.shape) === 0 && size(y.shape)) throw new ShapeError(`no numbers to take a mean of in [${x.shape}], axes [${attrs.axes}]`)
      return y
    }),
    vjp: ({ g, x: [x], attrs: { axes } }) => [() => stretch(g.mul(1 / count(x, axes)), x, axes)],
  },
  max: extreme,
  min: extreme,
  argMax: place,
  argMin: place,
  // the sums from the other end
  cumsum: {
    infer: ([x]) => {
      numeric(x)
      return { shape: x.shape, dtype: x.dtype }
    },
    vjp: ({ g, attrs: { axis, exclusive, reverse } }) => [() => g.cumsum(axis, { exclusive, reverse: !reverse })],
  },
  // over the last axis: dx = y·(g − Σ g·y)
  softmax: {
    infer: ([x]) => x,
    vjp: ({ g, y }) => [
      () => {
        const gy = g.mul(y)
        return gy.sub(y.mul(gy.sum(-1, true)))
      },
    ],
  },
  // over the last axis: dx = g − softmax(x)·Σ g
  logSoftmax: {
    infer: ([x]) => x,
    vjp: ({ g, y }) => [() => g.sub(y.exp().mul(g.sum(-1, true)))],
  },
}
