import type { Tensor } from '../tensor/tensor.ts'
import { classLoss, type SmoothedOptions } from './class-loss.ts'
import { safeLog } from './safe-log.ts'

/**
 * Cross-entropy of class scores: −Σ target·log softmax(logits), a loss for each row.
 *
 * logits: [..., classes], labels: int32 [...] of class numbers, or float32 [..., classes] of probabilities → losses [...]
 * PyTorch: `CrossEntropyLoss`, with the classes last; Keras: `SparseCategoricalCrossentropy(from_logits=True)` and
 * `CategoricalCrossentropy(from_logits=True)`.
 * @throws ShapeError if labels do not fit; RangeError when a step is run with a class number outside (with `ignoreIndex` the
 * loss of such a row is NaN).
 * @example
 * crossEntropy(model.forward(image), label)
 * crossEntropy(logits, tokens, { labelSmoothing: 0.1, ignoreIndex: 0 })
 */
export const crossEntropy = (logits: Tensor, labels: Tensor, options: SmoothedOptions = {}): Tensor =>
  classLoss('crossEntropy', logits, labels, options, x => x.logSoftmax())

/**
 * Cross-entropy of class probabilities: −Σ target·log p, each logarithm at least −100.
 * Prefer `crossEntropy` of the scores before the softmax, which stays exact where p is nearly 0.
 *
 * probabilities: [..., classes], labels as in `crossEntropy` → losses [...]. Keras: `CategoricalCrossentropy` and
 * `SparseCategoricalCrossentropy`.
 * @throws ShapeError if labels do not fit; RangeError when a step is run with a class number outside.
 * @example
 * categoricalCrossEntropy(model.forward(image).softmax(), label)
 */
export const categoricalCrossEntropy = (probabilities: Tensor, labels: Tensor, options: SmoothedOptions = {}): Tensor =>
  classLoss('categoricalCrossEntropy', probabilities, labels, options, safeLog)
