import { RangeError, ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import { concat, iota, type Tensor } from '../tensor/tensor.ts'
import { crossEntropy } from './cross-entropy.ts'
import { checkFloat, checkPair, type LossOptions } from './loss-options.ts'

/** Options of `infoNce`. */
export interface InfoNceOptions extends LossOptions {
  /** What cosines are divided by, > 0; default 0.1. */
  temperature?: number
  /** float32 [m, d]: more vectors that belong to no query, such as a queue of earlier keys. */
  negatives?: Tensor
  /** Whether keys choose among queries, too, and the mean of both losses is taken, as in CLIP; default false. */
  symmetric?: boolean
}

/**
 * Contrastive loss: each query must choose its own key among all keys, −log softmaxⱼ(cos(qᵢ, kⱼ)/τ) at j = i.
 *
 * queries, keys: float32 [n, d], row by row belonging together → losses [n].
 * Oord et al., "Representation Learning with Contrastive Predictive Coding", 2018; He et al., "Momentum Contrast", 2020.
 * @throws ShapeError, DTypeError if they do not fit, RangeError for the temperature.
 * @example
 * infoNce(project(image), project(caption), { temperature: 0.07, symmetric: true })
 */
export function infoNce(
  queries: Tensor,
  keys: Tensor,
  { temperature = 0.1, negatives, symmetric = false, ...options }: InfoNceOptions = {},
): Tensor {
  checkPair('infoNce', { queries, keys })
  const [n, d] = queries.shape
  if (n === undefined || d === undefined || queries.shape.length > 2)
    throw new ShapeError(`infoNce: queries and keys must be [n, d], got [${queries.shape}]`)
  if (!(temperature > 0)) throw new RangeError(`infoNce: temperature must be above 0, got ${temperature}`)
  if (negatives) {
    checkFloat('infoNce', { negatives })
    if (!sameShape(negatives.shape.slice(1), [d]) || symmetric)
      throw new ShapeError(
        symmetric
          ? 'infoNce: negatives belong to no query, so they cannot be symmetric. Leave one of the two out.'
          : `infoNce: negatives must be [m, ${d}], got [${negatives.shape}]`,
      )
  }
  const [q, k] = [unit(queries), unit(keys)]
  const choose = (from: Tensor, among: Tensor): Tensor =>
    crossEntropy(from.matmul(among, { transposeB: true }).div(temperature), iota(n), options)
  const loss = choose(q, negatives ? concat([k, unit(negatives)]) : k)
  return symmetric ? loss.add(choose(k, q)).mul(0.5) : loss
}

/** Vectors of length 1 along the last axis; zeros stay. */
const unit = (x: Tensor): Tensor => x.div(x.norm(-1, { keepDims: true }).maximum(1e-12))
