import { crossEntropy, RangeError, ShapeError, smoothL1, type Tensor } from '@portolan/core'
import type { AnchorAnswers } from './ssd.ts'

/** Options of `ssdLoss`. */
export interface SSDLossOptions {
  /** How many anchors that show nothing count, for each that shows something: those that are most wrong; default 3. */
  negatives?: number
}

/**
 * The loss of a one-stage detector, by the number N of anchors with a box: places = Σ smoothL1(offsets) / N of those anchors;
 * classes = Σ cross-entropy / N of those and of the most wrong ones of the others, as most anchors show nothing and say so easily.
 *
 * scores: [n, a, 1 + classes], offsets: [n, a, 4], label: int32 [n, a], offset: [n, a, 4] → loss, places, classes: []
 * Liu et al., "SSD: Single Shot MultiBox Detector", 2015. torchvision: `SSD.compute_loss`.
 * @throws RangeError for negatives, ShapeError if targets do not fit.
 * @example
 * const { loss } = ssdLoss(model.forward(image), { label, offset })
 */
export function ssdLoss(
  { scores, offsets }: AnchorAnswers,
  { label, offset }: { label: Tensor; offset: Tensor },
  { negatives = 3 }: SSDLossOptions = {},
): { loss: Tensor; places: Tensor; classes: Tensor } {
  if (!(negatives >= 0)) throw new RangeError(`ssdLoss: negatives must be at least 0, got ${negatives}`)
  if (String(label.shape) !== String(scores.shape.slice(0, 2)) || String(offset.shape) !== String(offsets.shape))
    throw new ShapeError(
      `ssdLoss: label must be [${scores.shape.slice(0, 2)}] and offset [${offsets.shape}], got [${label.shape}] and [${offset.shape}]`,
    )
  const shows = label.greater(0) // [n, a]
  const count = shows.cast('float32').sum(1, true) // [n, 1]
  const losses = crossEntropy(scores, label, { reduction: 'none' })
  const order = shows.where(-Infinity, losses).detach().argSort(1, { descending: true })
  const rank = order.cast('float32').argSort(1).cast('float32') // where each stands in it
  const counts = shows.or(rank.less(count.mul(negatives)))
  const total = count.sum().maximum(1)
  const places = smoothL1(offsets, offset, { reduction: 'sum', mask: shows.expandDims(2) }).div(total)
  const classes = counts.where(losses, 0).sum().div(total)
  return { loss: places.add(classes), places, classes }
}
