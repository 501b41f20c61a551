import { ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { sameSpec } from './check.ts'

/**
 * Cross-entropy of class scores: mean(−Σ target·log softmax(logits)).
 *
 * logits: [..., classes], labels: int32 [...] of class numbers, or float32 [..., classes] of probabilities → []
 * @throws ShapeError if labels do not fit; RangeError when a step is run with a class number outside.
 * @example
 * crossEntropy(model.forward(image), label)
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const probable = labels.dtype === 'float32'
  const rows = logits.shape.slice(0, -1)
  if (probable) sameSpec('crossEntropy', logits, labels)
  else if (!sameShape(labels.shape, rows)) throw new ShapeError(`crossEntropy: labels must be int32 [${rows}] or float32 [${logits.shape}], got ${labels.dtype} [${labels.shape}]`)
  const target = probable ? labels : labels.oneHot(logits.shape.at(-1)!)
  return logits.logSoftmax().mul(target).sum(-1).mean().neg()
}
