import { RangeError } from '../errors.ts'
import type { Tensor } from './tensor.ts'

/** √v, whose gradient at 0 is 0, not ∞. */
const rootOrZero = (v: Tensor): Tensor => {
  const zero = v.equal(0)
  return zero.where(0, zero.where(1, v).sqrt())
}

/** log Σ eˣ = m + log Σ eˣ⁻ᵐ with the largest m. Of nothing but −∞ it is −∞, with gradient 0. */
export function logSumExp(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
  const largest = x.max(axes, true).detach() // the result does not depend on it, so neither does the gradient
  const shift = largest.isFinite().where(largest, 0)
  const total = x.sub(shift).exp().sum(axes, true)
  const nothing = total.equal(0)
  const y = nothing.where(-Infinity, nothing.where(1, total).log().add(shift))
  return keepDims ? y : y.reshape(kept.filter((_, i) => !axes.includes(i)))
}

export function variance(x: Tensor, axes: number[], correction: number, keepDims: boolean): Tensor {
  const count = axes.reduce((n, a) => n * x.shape[a]!, 1)
  return x
    .sub(x.mean(axes, true))
    .square()
    .sum(axes, keepDims)
    .div(Math.max(0, count - correction))
}

export const deviation = (...args: Parameters<typeof variance>): Tensor => rootOrZero(variance(...args))

export function norm(x: Tensor, axes: number[], order: number, keepDims: boolean): Tensor {
  if (!(order >= 1)) throw new RangeError(`norm: order must be a number from 1 to Infinity, got ${order}`)
  if (order === Infinity) return x.abs().max(axes, keepDims)
  if (order === 1) return x.abs().sum(axes, keepDims)
  if (order === 2) return rootOrZero(x.square().sum(axes, keepDims))
  const total = x.abs().pow(order).sum(axes, keepDims)
  const zero = total.equal(0)
  return zero.where(0, zero.where(1, total).pow(1 / order))
}

/** Halves are multiplied with each other until one number is left: no division, so zeros are nothing special to the gradient. */
export function prod(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  let y = x
  for (const axis of axes) {
    let odd: Tensor | undefined
    for (let n = y.shape[axis]!; n !== 1; n = y.shape[axis]!) {
      const half = n >> 1
      if (n % 2) {
        const last = y.slice(axis, n - 1)
        odd = odd ? odd.mul(last) : last
      }
      y = n ? y.slice(axis, 0, half).mul(y.slice(axis, half, 2 * half)) : y.sum(axis, true).add(1)
    }
    if (odd) y = y.mul(odd)
  }
  return keepDims ? y : y.reshape(x.shape.filter((_, i) => !axes.includes(i)))
}

/** Every number times the one 1, 2, 4, … before it: no division here either. */
export function cumprod(x: Tensor, axis: number, exclusive: boolean, reverse: boolean): Tensor {
  if (reverse) return cumprod(x.flip(axis), axis, exclusive, false).flip(axis)
  const n = x.shape[axis]!
  const earlier = (y: Tensor, by: number): Tensor =>
    y.slice(axis, 0, n - by).pad(
      x.shape.map((_, i) => (i === axis ? by : 0)),
      x.shape.map(() => 0),
      { value: 1 },
    )
  let y = exclusive && n ? earlier(x, 1) : x
  for (let by = 1; by < n; by *= 2) y = y.mul(earlier(y, by))
  return y
}
