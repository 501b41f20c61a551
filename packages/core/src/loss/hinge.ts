import { RangeError, ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkFloat, masked, pairwise, reduce, type LossOptions } from './loss-options.ts'

/** Options of `hinge`. */
export interface HingeOptions extends LossOptions {
  /** How far beyond the border a score must be to cost nothing; default 1. */
  margin?: number
  /** Whether the losses are squared; default false. */
  squared?: boolean
}

/**
 * Hinge loss of a binary classifier: max(0, margin − x·y).
 *
 * scores, targets: float32 of one shape, targets −1 or 1; the losses have it too. Keras: `Hinge`, `SquaredHinge`.
 * Cortes and Vapnik, "Support-Vector Networks", 1995.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * hinge(model.forward(x), y.mul(2).sub(1))
 */
export const hinge = (scores: Tensor, targets: Tensor, { margin = 1, squared = false, ...options }: HingeOptions = {}): Tensor =>
  pairwise('hinge', scores, targets, options, (x, y) => short(x.mul(y), margin, squared))

/** Options of `multiClassHinge`. */
export interface MultiClassHingeOptions extends HingeOptions {
  /** float32 [classes]: how much a row counts by its label; the mean divides by the number of rows all the same. */
  classWeight?: Tensor
}

/**
 * Hinge loss over classes (Weston and Watkins): Σᵢ max(0, margin − x_label + xᵢ) / classes over the other classes.
 *
 * scores: float32 [..., classes], labels: int32 [...] → losses [...]. PyTorch: `MultiMarginLoss`.
 * @throws ShapeError if labels do not fit; RangeError when a step is run with a class number outside.
 * @example
 * multiClassHinge(model.forward(x), label, { squared: true })
 */
export function multiClassHinge(
  scores: Tensor,
  labels: Tensor,
  { margin = 1, squared = false, classWeight, ...options }: MultiClassHingeOptions = {},
): Tensor {
  checkFloat('multiClassHinge', { scores, ...(classWeight && { classWeight }) })
  const rows = scores.shape.slice(0, -1)
  const classes = scores.shape.at(-1)
  if (classes === undefined || labels.dtype !== 'int32' || !sameShape(labels.shape, rows))
    throw new ShapeError(
      `multiClassHinge: scores must be [..., classes] and labels int32 [...], got [${scores.shape}] and ${labels.dtype} [${labels.shape}]`,
    )
  if (classWeight && !sameShape(classWeight.shape, [classes]))
    throw new ShapeError(`multiClassHinge: classWeight must be [${classes}], got [${classWeight.shape}]`)
  if (!classes) throw new RangeError('multiClassHinge: there must be at least one class')
  const [x] = masked('multiClassHinge', options.mask, rows, [scores])
  const right = x!.takeAlong(labels.expandDims(-1))
  const losses = labels
    .oneHot(classes)
    .greater(0)
    .where(0, short(right.sub(x!), margin, squared))
    .sum(-1)
    .div(classes)
  return reduce('multiClassHinge', classWeight ? losses.mul(classWeight.gather(labels)) : losses, options)
}

/** How much is missing to the margin. */
function short(distance: Tensor, margin: number, squared: boolean): Tensor {
  const missing = distance.neg().add(margin).relu()
  return squared ? missing.square() : missing
}
