import { RangeError, ShapeError } from '../errors.ts'
import { range } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkPair, reduce, type LossOptions } from './loss-options.ts'

/** Options of `dice`. */
export interface DiceOptions extends LossOptions {
  /** Added above and below, > 0, so that an object that is neither there nor predicted costs nothing; default 1. */
  smooth?: number
}

/**
 * Dice loss of a segmentation: 1 − (2·Σ p·y + s) / (Σ p + Σ y + s), by sample and channel: how far two regions are from
 * covering each other, whatever their size.
 *
 * probabilities, targets: float32 in [0, 1], [n, c, ...space] → losses [n, c]. Keras: `Dice`.
 * Milletari et al., "V-Net", 2016.
 * @throws ShapeError, DTypeError if the two do not fit, RangeError for smooth.
 * @example
 * dice(model.forward(image).sigmoid(), outline)
 */
export function dice(probabilities: Tensor, targets: Tensor, { smooth = 1, ...options }: DiceOptions = {}): Tensor {
  checkPair('dice', { probabilities, targets })
  if (probabilities.shape.length < 3) throw new ShapeError(`dice: both must be [n, c, ...space], got [${probabilities.shape}]`)
  if (!(smooth > 0)) throw new RangeError(`dice: smooth must be above 0, got ${smooth}`)
  const space = range(probabilities.shape.length).slice(2)
  const both = probabilities.mul(targets).sum(space).mul(2)
  const all = probabilities.sum(space).add(targets.sum(space))
  return reduce('dice', both.add(smooth).div(all.add(smooth)).neg().add(1), options)
}
