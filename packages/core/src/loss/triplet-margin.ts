import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkPair, masked, reduce, type LossOptions } from './loss-options.ts'

/** Options of `tripletMargin`. */
export interface TripletMarginOptions extends LossOptions {
  /** How much nearer the positive must be; default 1. */
  margin?: number
  /** Of the distance ‖x‖ₚ, from 1 to Infinity; default 2. */
  p?: number
  /** Whether the negative's distance to the positive counts if it is the smaller one; default false. Balntas et al., 2016. */
  swap?: boolean
}

/**
 * Draws an anchor nearer to a positive than to a negative: max(0, ‖a − p‖ − ‖a − n‖ + margin).
 *
 * anchor, positive, negative: float32 [..., d] → losses [...]. PyTorch: `TripletMarginLoss`, whose 1e-6 on each difference
 * is kept. Schroff et al., "FaceNet", 2015.
 * @throws ShapeError, DTypeError if they do not fit, RangeError for p.
 * @example
 * tripletMargin(encode(face), encode(same), encode(other), { margin: 0.2 })
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, swap = false, ...options }: TripletMarginOptions = {},
): Tensor {
  checkPair('tripletMargin', { anchor, positive, negative })
  if (!anchor.shape.length) throw new ShapeError('tripletMargin: all must be [..., d], got []')
  const [a, near, far] = masked('tripletMargin', options.mask, anchor.shape.slice(0, -1), [anchor, positive, negative])
  const apart = distance(a!, far!, p)
  const other = swap ? apart.minimum(distance(near!, far!, p)) : apart
  return reduce('tripletMargin', distance(a!, near!, p).sub(other).add(margin).relu(), options)
}

/** ‖a − b + 1e-6‖ₚ over the last axis. */
const distance = (a: Tensor, b: Tensor, p: number): Tensor => a.sub(b).add(1e-6).norm(-1, { order: p })
