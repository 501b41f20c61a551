import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/** Options of `focal`. */
export interface FocalOptions extends LossOptions {
  /** How strongly easy examples fade, γ ≥ 0; default 2. */
  gamma?: number
  /** The share of positives in 0 … 1, that of negatives is 1 − α; default 0.25. Null: both count the same. */
  alpha?: number | null
}

/**
 * Focal loss of scores before the sigmoid: −α_t·(1 − p_t)^γ·log p_t, where p_t is the probability of what is true. Made for
 * detectors, whose many easy negatives would drown the rest.
 *
 * logits: [...], targets: float32 in [0, 1] of the same shape; the losses have it too.
 * torchvision: `sigmoid_focal_loss`; Keras: `BinaryFocalCrossentropy`. Lin et al., "Focal Loss for Dense Object Detection", 2017.
 * @throws ShapeError, DTypeError if the two do not fit, RangeError for gamma and alpha.
 * @example
 * focal(scores, targets, { gamma: 1.5, reduction: 'sum' })
 */
export function focal(logits: Tensor, targets: Tensor, { gamma = 2, alpha = 0.25, ...options }: FocalOptions = {}): Tensor {
  if (!(gamma >= 0)) throw new RangeError(`focal: gamma must be at least 0, got ${gamma}`)
  if (alpha !== null && !(alpha >= 0 && alpha <= 1)) throw new RangeError(`focal: alpha must be in 0 … 1 or null, got ${alpha}`)
  return pairwise('focal', logits, targets, options, (x, y) => {
    const p = x.sigmoid()
    const missed = p.add(y).sub(p.mul(y).mul(2)) // 1 − p_t
    const loss = x.softplus().sub(x.mul(y)).mul(missed.maximum(1e-12).pow(gamma)) // away from 0, where a root has no slope
    return alpha === null ? loss : loss.mul(y.mul(2 * alpha - 1).add(1 - alpha))
  })
}
