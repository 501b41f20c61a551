import { DTypeError, ShapeError } from '../errors.ts'
import { range, sameShape, size, type Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Family, Sig } from './op.ts'

/** Signatures of normalizations. */
export interface Norm {
  layerNorm: Sig<3, { epsilon: number }>
  batchNorm: Sig<3, { epsilon: number }>
}

const fitting = (x: Spec, axis: number, weight: Spec, bias: Spec): void => {
  const d = x.shape.at(axis)!
  for (const { dtype } of [x, weight, bias])
    if (dtype !== 'float32') throw new DTypeError(`needs float32, got ${dtype}. Cast it: x.cast('float32')`)
  if (!sameShape(weight.shape, [d]) || !sameShape(bias.shape, [d]))
    throw new ShapeError(`weight and bias must be [${d}], got [${weight.shape}] and [${bias.shape}]`)
}
const total = (terms: Tensor[]): Tensor => terms.reduce((s, t) => s.add(t))

export const norm: Family<Norm> = {
  // (x, weight, bias) → y, mean, 1/σ, over the last axis. With n = (x − mean)/σ and a = g·weight:
  // dx = (a − mean(a) − n·mean(a·n))/σ, and from the other outputs + gMean/d − gInv·n/(σ²·d)
  layerNorm: {
    infer: ([x, weight, bias]) => {
      if (!x.shape.at(-1)) throw new ShapeError(`no numbers to take statistics of in [${x.shape}]`)
      fitting(x, -1, weight, bias)
      const row = { shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }
      return [x, row, row]
    },
    vjp: ({ gs: [g, gMean, gInv], x: [x, weight, bias], ys: [, mean, inv] }) => {
      const d = x.shape.at(-1)!
      const leading = range(x.shape.length - 1)
      const n = () => x.sub(mean!).mul(inv!)
      return [
        () => {
          const terms: Tensor[] = []
          if (g) {
            const a = g.mul(weight)
            terms.push(
              a
                .sub(a.mean(-1, true))
                .sub(n().mul(a.mul(n()).mean(-1, true)))
                .mul(inv!),
            )
          }
          if (gMean) terms.push(gMean.mul(1 / d).broadcastTo(x.shape))
          if (gInv)
            terms.push(
              gInv
                .mul(inv!)
                .mul(inv!)
                .mul(n())
                .mul(-1 / d),
            )
          return total(terms)
        },
        () => (g ? g.mul(n()).sum(leading) : weight.zerosLike()),
        () => (g ? g.sum(leading) : bias.zerosLike()),
      ]
    },
  },
  // (x [n, c, ...], weight [c], bias [c]) → y, mean [c], variance [c] over all axes but the channels. With e = x − mean,
  // a = weight/σ, dw = Σ g·e/σ and db = Σ g over m numbers: dx = a·g − a·dw/(σ·m)·e − a·db/m, + gMean/m + gVariance·2e/m.
  // The factors are of channels, so that an engine reads g and x as few times as can be
  batchNorm: {
    infer: ([x, weight, bias]) => {
      if (x.shape.length < 2) throw new ShapeError(`the input must be [n, c, …], got [${x.shape}]`)
      fitting(x, 1, weight, bias)
      if (size(x.shape) === 0) throw new ShapeError(`no numbers to take statistics of in [${x.shape}]`)
      const channel = { shape: [x.shape[1]!], dtype: x.dtype }
      return [x, channel, channel]
    },
    vjp: ({ gs: [g, gMean, gVariance], x: [x, weight, bias], ys: [, mean, variance], attrs: { epsilon } }) => {
      const axes = range(x.shape.length).filter(i => i !== 1)
      const m = size(x.shape) / x.shape[1]!
      const wide = (t: Tensor) => t.reshape(x.shape.map((d, i) => (i === 1 ? d : 1)))
      const inv = () => variance!.add(epsilon).pow(-0.5)
      const e = () => x.sub(wide(mean!))
      const dw = () => g!.mul(e()).sum(axes).mul(inv())
      const db = () => g!.sum(axes)
      return [
        () => {
          const terms: Tensor[] = []
          if (g) {
            const a = weight.mul(inv())
            const slope = a
              .mul(inv())
              .mul(dw())
              .mul(-1 / m)
            terms.push(
              g
                .mul(wide(a))
                .add(e().mul(wide(slope)))
                .add(wide(a.mul(db()).mul(-1 / m))),
            )
          }
          if (gMean) terms.push(wide(gMean.mul(1 / m)).broadcastTo(x.shape))
          if (gVariance) terms.push(e().mul(wide(gVariance.mul(2 / m))))
          return total(terms)
        },
        () => (g ? dw() : weight.zerosLike()),
        () => (g ? db() : bias.zerosLike()),
      ]
    },
  },
}
