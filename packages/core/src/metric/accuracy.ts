import { RangeError, ShapeError } from '../errors.ts'
import { checkPair, reduce, type LossOptions } from '../loss/loss-options.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

function checkLabels(name: string, logits: Tensor, labels: Tensor): void {
  const rows = logits.shape.slice(0, -1)
  if (!logits.shape.length || labels.dtype !== 'int32' || !sameShape(labels.shape, rows))
    throw new ShapeError(
      `${name}: scores must be [..., classes] and labels int32 [...], got [${logits.shape}] and ${labels.dtype} [${labels.shape}]`,
    )
}

/**
 * The share of rows whose largest score is at the right class. With a mask, of those where it holds.
 *
 * logits: [..., classes], labels: int32 [...] → []
 * Keras: `SparseCategoricalAccuracy`.
 * @throws ShapeError if the two do not fit.
 * @example
 * supervised({ model, loss: crossEntropy, optimizer: adam(), metrics: { accuracy } })
 */
export function accuracy(logits: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  checkLabels('accuracy', logits, labels)
  return reduce('accuracy', logits.argMax(-1).equal(labels).cast('float32'), options)
}

/**
 * The share of rows whose right class has one of the k largest scores; classes whose score equals its are not counted before it.
 *
 * logits: [..., classes], labels: int32 [...] → []
 * Keras: `SparseTopKCategoricalAccuracy`.
 * @throws RangeError unless k is a whole number of at least 1; the result, ShapeError if the two do not fit.
 * @example
 * supervised({ model, loss: crossEntropy, optimizer: adam(), metrics: { top5: topKAccuracy(5) } })
 */
export function topKAccuracy(k: number): (logits: Tensor, labels: Tensor, options?: LossOptions) => Tensor {
  if (!(Number.isInteger(k) && k >= 1)) throw new RangeError(`topKAccuracy: k must be a whole number of at least 1, got ${k}`)
  return (logits, labels, options = {}) => {
    checkLabels('topKAccuracy', logits, labels)
    const before = logits
      .greater(logits.takeAlong(labels.expandDims(-1)))
      .cast('float32')
      .sum(-1)
    return reduce('topKAccuracy', before.less(k).cast('float32'), options)
  }
}

/**
 * The share of scores on the right side of zero. Of probabilities, pass p − ½.
 *
 * logits: [...], targets: float32, 0 or 1, of the same shape → []
 * Keras: `BinaryAccuracy`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * supervised({ model, loss: binaryCrossEntropyWithLogits, optimizer: adam(), metrics: { binaryAccuracy } })
 */
export function binaryAccuracy(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkPair('binaryAccuracy', { logits, targets })
  return reduce('binaryAccuracy', logits.greater(0).equal(targets.greater(0.5)).cast('float32'), options)
}
