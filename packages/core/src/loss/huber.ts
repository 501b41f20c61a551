import { customVjp } from '../autodiff/grad.ts'
import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mae } from './mae.ts'
import { pairwise, type LossOptions } from './loss-options.ts'

/** Options of `huber`. */
export interface HuberOptions extends LossOptions {
  /** Where the parabola becomes a line, > 0; default 1. */
  delta?: number
}

/**
 * Huber's loss of d = x − y: d²/2 where |d| ≤ δ, δ·(|d| − δ/2) beyond: outliers pull with a bounded force.
 *
 * prediction, target: float32 of one shape; the losses have it too. PyTorch: `HuberLoss`; Keras: `Huber`.
 * Huber, "Robust Estimation of a Location Parameter", 1964.
 * @throws ShapeError, DTypeError if the two do not fit, RangeError for delta.
 * @example
 * huber(model.forward(x), y, { delta: 2 })
 */
export function huber(prediction: Tensor, target: Tensor, { delta = 1, ...options }: HuberOptions = {}): Tensor {
  if (!(delta > 0)) throw new RangeError(`huber: delta must be above 0, got ${delta}`)
  return pairwise('huber', prediction, target, options, (p, t) => bent(p.sub(t), delta))
}

/** Options of `smoothL1`. */
export interface SmoothL1Options extends LossOptions {
  /** Where the parabola becomes a line, ≥ 0; default 1. With 0 it is `mae`. */
  beta?: number
}

/**
 * Huber's loss divided by its width: d²/2β where |d| ≤ β, |d| − β/2 beyond, for d = x − y.
 *
 * prediction, target: float32 of one shape; the losses have it too. PyTorch: `SmoothL1Loss`. Girshick, "Fast R-CNN", 2015.
 * @throws ShapeError, DTypeError if the two do not fit, RangeError for beta.
 * @example
 * smoothL1(boxes, targets, { beta: 1 / 9 })
 */
export function smoothL1(prediction: Tensor, target: Tensor, { beta = 1, ...options }: SmoothL1Options = {}): Tensor {
  if (!(beta >= 0)) throw new RangeError(`smoothL1: beta must be at least 0, got ${beta}`)
  if (beta === 0) return mae(prediction, target, options)
  return pairwise('smoothL1', prediction, target, options, (p, t) => bent(p.sub(t), beta).div(beta))
}

/** With c = d held within ±δ it is c·(d − c/2) on both sides of the bend, and its gradient is c. */
const bent = (d: Tensor, delta: number): Tensor =>
  customVjp(x => {
    const c = x!.clip(-delta, delta)
    return { y: c.mul(x!.sub(c.mul(0.5))), vjp: g => [g.mul(c)] }
  })(d)
