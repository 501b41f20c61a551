import { customVjp } from '../autodiff/grad.ts'
import type { TensorLike } from '../tensor/fluent.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** How much more a positive counts than a negative, > 0: a number, or a tensor that broadcasts to the logits; default 1. */
  posWeight?: TensorLike
}

/**
 * Binary cross-entropy of scores before the sigmoid: log(1 + eˣ) − x·y, without overflow.
 *
 * logits: [...], targets: float32 in [0, 1] of the same shape; the losses have it too.
 * PyTorch: `BCEWithLogitsLoss`; Keras: `BinaryCrossentropy(from_logits=True)`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * binaryCrossEntropyWithLogits(model.forward(x), y, { posWeight: 3 })
 */
export const binaryCrossEntropyWithLogits = (
  logits: Tensor,
  targets: Tensor,
  { posWeight, ...options }: BinaryCrossEntropyOptions = {},
): Tensor =>
  pairwise('binaryCrossEntropyWithLogits', logits, targets, options, (x, y) => {
    if (posWeight === undefined) return x.softplus().sub(x.mul(y))
    const no = y.neg().add(1)
    return no.mul(x).add(x.neg().softplus().mul(y.mul(posWeight).add(no))) // (1 − y)·x + (w·y + 1 − y)·log(1 + e⁻ˣ)
  })

/**
 * Binary cross-entropy of probabilities: −y·log p − (1 − y)·log(1 − p), each logarithm at least −100, as in PyTorch.
 * Prefer `binaryCrossEntropyWithLogits`, which stays exact where p is nearly 0 or 1.
 *
 * probabilities, targets: float32 in [0, 1] of one shape; the losses have it too.
 * PyTorch: `BCELoss`; Keras: `BinaryCrossentropy`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * binaryCrossEntropy(model.forward(x).sigmoid(), y)
 */
export const binaryCrossEntropy = (probabilities: Tensor, targets: Tensor, options: LossOptions = {}): Tensor =>
  pairwise('binaryCrossEntropy', probabilities, targets, options, certain)

/** dp = (p − y) / (p·(1 − p)), the denominator at least 1e-12: finite at 0 and 1, as in PyTorch. */
const certain = customVjp((p, y) => {
  const [yes, no] = [p!, p!.neg().add(1)].map(q => q.log().maximum(-100))
  return {
    y: y!.mul(yes!.sub(no!)).add(no!).neg(),
    vjp: g => [g.mul(p!.sub(y!)).div(p!.mul(p!.neg().add(1)).maximum(1e-12)), g.mul(no!.sub(yes!))],
  }
})
