import type { Tensor } from '../tensor/tensor.ts'
import { classLoss, type ClassLossOptions } from './class-loss.ts'

/**
 * Negative log-likelihood of log-probabilities: −log p of each row's label.
 *
 * logProbabilities: [..., classes], labels: int32 [...] of class numbers, or float32 [..., classes] of probabilities → losses [...]
 * PyTorch: `NLLLoss`, with the classes last.
 * @throws ShapeError if labels do not fit; RangeError when a step is run with a class number outside.
 * @example
 * nll(logits.logSoftmax(), label)
 */
export const nll = (logProbabilities: Tensor, labels: Tensor, options: ClassLossOptions = {}): Tensor =>
  classLoss('nll', logProbabilities, labels, options, x => x)
