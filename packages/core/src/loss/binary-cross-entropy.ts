import { softplus } from '../nn/activation.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { sameSpec } from './check.ts'

/**
 * Binary cross-entropy of scores before the sigmoid: mean(log(1 + eˣ) − x·y), without overflow.
 *
 * logits: [...], targets: float32 in [0, 1] of the same shape → []
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, targets: Tensor): Tensor {
  sameSpec('binaryCrossEntropyWithLogits', logits, targets)
  return softplus(logits).sub(logits.mul(targets)).mean()
}

/**
 * Binary cross-entropy of probabilities: mean(−y·log p − (1 − y)·log(1 − p)), each logarithm at least −100, as in PyTorch.
 * Prefer `binaryCrossEntropyWithLogits`, which stays exact where p is nearly 0 or 1.
 *
 * probabilities, targets: float32 in [0, 1] of one shape → []
 */
export function binaryCrossEntropy(probabilities: Tensor, targets: Tensor): Tensor {
  sameSpec('binaryCrossEntropy', probabilities, targets)
  const log = (p: Tensor) => p.log().maximum(-100)
  const [yes, no] = [targets.mul(log(probabilities)), targets.neg().add(1).mul(log(probabilities.neg().add(1)))]
  return yes.add(no).mean().neg()
}
