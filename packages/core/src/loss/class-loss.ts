import { RangeError, ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkFloat, checkPair, masked, reduce, type LossOptions } from './loss-options.ts'

/** What losses over classes take. Their losses are one for each row: [...] of scores [..., classes]. */
export interface ClassLossOptions extends LossOptions {
  /** float32 [classes]: how much each class counts. With class numbers as labels the mean divides by their sum over the rows. */
  classWeight?: Tensor
  /** Rows with this class number are left out, as by `mask`; for class numbers only. */
  ignoreIndex?: number
}

/** Options of losses of classes. */
export interface SmoothedOptions extends ClassLossOptions {
  /** ε in [0, 1]: the target becomes (1 − ε)·target + ε/classes; default 0. Szegedy et al., "Rethinking the Inception Architecture", 2016. */
  labelSmoothing?: number
}

/** −Σ target·log p over rows of scores, where `log` makes log-probabilities of them. */
export function classLoss(
  name: string,
  scores: Tensor,
  labels: Tensor,
  { labelSmoothing = 0, classWeight, ignoreIndex, ...options }: SmoothedOptions,
  log: (scores: Tensor) => Tensor,
): Tensor {
  const rows = scores.shape.slice(0, -1)
  const classes = scores.shape.at(-1)
  const soft = labels.dtype === 'float32'
  checkFloat(name, { scores, ...(classWeight && { classWeight }) })
  if (classes === undefined) throw new ShapeError(`${name}: scores must be [..., classes], got []`)
  if (soft) checkPair(name, { scores, labels })
  else if (labels.dtype !== 'int32' || !sameShape(labels.shape, rows))
    throw new ShapeError(`${name}: labels must be int32 [${rows}] or float32 [${scores.shape}], got ${labels.dtype} [${labels.shape}]`)
  if (classWeight && !sameShape(classWeight.shape, [classes]))
    throw new ShapeError(`${name}: classWeight must be [${classes}], got [${classWeight.shape}]`)
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw new RangeError(`${name}: labelSmoothing must be in 0 … 1, got ${labelSmoothing}`)
  if (soft && ignoreIndex !== undefined)
    throw new RangeError(`${name}: ignoreIndex is for class numbers; mask rows of probabilities: { mask }`)

  const [x] = masked(name, options.mask, rows, [scores])
  const logP = log(x!)
  const weighed = (t: Tensor): Tensor => (classWeight ? t.mul(classWeight) : t)
  if (soft) {
    const target = labelSmoothing ? labels.mul(1 - labelSmoothing).add(labelSmoothing / classes) : labels
    return reduce(name, weighed(logP.mul(target)).sum(-1).neg(), options)
  }
  // a run looks only at labels that are used as they are; of these, what is no class gives NaN
  const inside = ignoreIndex === undefined ? undefined : labels.greaterEqual(0).and(labels.less(classes))
  const label = inside ? inside.where(labels, 0) : labels
  const share = classWeight?.gather(label)
  const nll = logP.takeAlong(label.expandDims(-1)).squeeze(-1).neg()
  const hard = share ? nll.mul(share) : nll
  const losses = labelSmoothing
    ? hard.mul(1 - labelSmoothing).sub(
        weighed(logP)
          .sum(-1)
          .mul(labelSmoothing / classes),
      )
    : hard
  if (!inside) return reduce(name, losses, options, share)
  const kept = labels.notEqual(ignoreIndex!)
  return reduce(name, inside.where(losses, NaN), { ...options, mask: options.mask ? kept.and(options.mask) : kept }, share)
}
