import { crossEntropy, dice, iota, RangeError, ShapeError, type Tensor } from '@portolan/core'

/** Options of `segmentationLoss`. */
export interface SegmentationLossOptions {
  /** Pixels of this class are left out. */
  ignoreIndex?: number
  /** How much each class counts: float32 [classes]. */
  classWeight?: Tensor
  /** How much of the dice loss is added, ≥ 0; default 0. It counts each class the same, however few its pixels. */
  dice?: number
}

/**
 * Cross-entropy of every pixel, and, as far as is asked for, the dice loss of every class.
 *
 * logits: [n, classes, h, w], labels: int32 [n, h, w] → []
 * @throws ShapeError if the two do not fit, RangeError for dice.
 * @example
 * supervised({ model: new UNet({ numClasses: 11 }), loss: (y, t) => segmentationLoss(y, t, { ignoreIndex: 11 }), optimizer: adam(1e-3) })
 */
export function segmentationLoss(
  logits: Tensor,
  labels: Tensor,
  { dice: share = 0, ignoreIndex, classWeight }: SegmentationLossOptions = {},
): Tensor {
  const [n, classes, h, w] = logits.shape as [number, number, number, number]
  if (logits.shape.length !== 4 || String(labels.shape) !== String([n, h, w]))
    throw new ShapeError(
      `segmentationLoss: logits must be [n, classes, h, w] and labels [n, h, w], got [${logits.shape}] and [${labels.shape}]`,
    )
  if (!(share >= 0)) throw new RangeError(`segmentationLoss: dice must be at least 0, got ${share}`)
  const options = { ...(ignoreIndex !== undefined && { ignoreIndex }), ...(classWeight && { classWeight }) }
  const entropy = crossEntropy(logits.transpose([0, 2, 3, 1]), labels, options)
  if (share === 0) return entropy
  const own = labels
    .expandDims(1)
    .equal(iota(classes).reshape([1, classes, 1, 1]))
    .cast('float32') // [n, classes, h, w]
  const counts = labels
    .notEqual(ignoreIndex ?? -1)
    .cast('float32')
    .expandDims(1)
  return entropy.add(dice(logits.softmax(1).mul(counts), own.mul(counts)).mul(share))
}
