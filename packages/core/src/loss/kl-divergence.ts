import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkPair, masked, reduce, type LossOptions } from './loss-options.ts'

/** Options of `klDivergence`. */
export interface KlDivergenceOptions extends LossOptions {
  /** Whether the target, too, is given as log-probabilities; default false. */
  logTarget?: boolean
}

/**
 * Kullback-Leibler divergence of a target distribution p from a predicted q: Σ p·(log p − log q) over the last axis, where
 * p = 0 adds nothing.
 *
 * logProbabilities (log q), target (p): float32 [..., classes] → losses [...]
 * PyTorch: `KLDivLoss`, whose 'batchmean' is 'mean' here; Keras: `KLDivergence`.
 * @throws ShapeError, DTypeError if the two do not fit.
 * @example
 * klDivergence(student.logSoftmax(), teacher.softmax())
 */
export function klDivergence(
  logProbabilities: Tensor,
  target: Tensor,
  { logTarget = false, ...options }: KlDivergenceOptions = {},
): Tensor {
  checkPair('klDivergence', { logProbabilities, target })
  if (!target.shape.length) throw new ShapeError('klDivergence: both must be [..., classes], got []')
  const [logQ, t] = masked('klDivergence', options.mask, target.shape.slice(0, -1), [logProbabilities, target])
  const p = logTarget ? t!.exp() : t!
  const there = p.greater(0)
  const logP = logTarget ? t! : there.where(p, 1).log()
  // a class without probability is left out before the product: 0 · −∞ would be NaN
  return reduce('klDivergence', p.mul(there.where(logP, 0).sub(there.where(logQ!, 0))).sum(-1), options)
}
