import { crossEntropy } from '../loss/cross-entropy.ts'
import type { SmoothedOptions } from '../loss/class-loss.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * e to the mean cross-entropy of a batch: among how many equally likely classes the model hesitates. The mean of several batches'
 * is not that of all; for that, add the losses to a `Perplexity`.
 *
 * logits: [..., classes], labels: int32 [...] → []
 * @throws ShapeError if the two do not fit.
 * @example
 * supervised({ model, loss: crossEntropy, optimizer: adam(), metrics: { perplexity } })
 */
export const perplexity = (logits: Tensor, labels: Tensor, options: Omit<SmoothedOptions, 'reduction'> = {}): Tensor =>
  crossEntropy(logits, labels, options).exp()
