import { ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkFloat, checkPair, masked, reduce, type LossOptions } from './loss-options.ts'

/**
 * Cosine of the angle between the vectors along the last axis: a·b / (‖a‖·‖b‖), 0 for a vector of zeros.
 *
 * a, b: float32 [..., d] → [...]. PyTorch: `CosineSimilarity`; Keras: `CosineSimilarity` is its negative.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * cosineSimilarity(encode(x), encode(y)).neg().mean()
 */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  checkPair('cosineSimilarity', { a, b })
  if (!a.shape.length) throw new ShapeError('cosineSimilarity: both must be [..., d], got []')
  const norms = a.square().sum(-1).add(1e-12).mul(b.square().sum(-1).add(1e-12))
  return a.mul(b).sum(-1).div(norms.sqrt())
}

/** Options of `cosineEmbedding`. */
export interface CosineEmbeddingOptions extends LossOptions {
  /** A pair that does not belong together costs nothing once its cosine is below this, −1 … 1; default 0. */
  margin?: number
}

/**
 * Draws vectors together or apart: 1 − cos(a, b) for pairs that belong together, max(0, cos(a, b) − margin) for others.
 *
 * a, b: float32 [..., d], together: float32 [...], 1 or −1 → losses [...]. PyTorch: `CosineEmbeddingLoss`.
 * @throws ShapeError, DTypeError if they do not fit.
 * @example
 * cosineEmbedding(encode(x), encode(y), same.mul(2).sub(1))
 */
export function cosineEmbedding(a: Tensor, b: Tensor, together: Tensor, { margin = 0, ...options }: CosineEmbeddingOptions = {}): Tensor {
  checkPair('cosineEmbedding', { a, b })
  checkFloat('cosineEmbedding', { together })
  const rows = a.shape.slice(0, -1)
  if (!sameShape(together.shape, rows)) throw new ShapeError(`cosineEmbedding: together must be [${rows}], got [${together.shape}]`)
  const [p, q] = masked('cosineEmbedding', options.mask, rows, [a, b])
  const cos = cosineSimilarity(p!, q!)
  return reduce('cosineEmbedding', together.greater(0).where(cos.neg().add(1), cos.sub(margin).relu()), options)
}
