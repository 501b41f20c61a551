import { conv2d, RangeError, ShapeError, tensor, type Tensor } from '@portolan/core'

/** Options of `psnr` and `ssim`. */
export interface ImageQualityOptions {
  /** From black to white: 1 for 0 … 1, 2 for −1 … 1, 255 for bytes; default 1. */
  range?: number
}

function check(name: string, a: Tensor, b: Tensor, range: number): void {
  if (a.shape.length !== 4 || String(a.shape) !== String(b.shape))
    throw new ShapeError(`${name}: both must be pictures [n, c, h, w] of one shape, got [${a.shape}] and [${b.shape}]`)
  if (!(range > 0)) throw new RangeError(`${name}: range must be above 0, got ${range}`)
}

/**
 * Peak signal-to-noise ratio of each picture, in dB: 10·log₁₀(range²/mean (a − b)²), Infinity for equal ones.
 *
 * a, b: [n, c, h, w] → [n]
 * @throws ShapeError if they differ in shape; RangeError for the range.
 * @example
 * const decibels = await psnr(model.forward(noisy), clean).data()
 */
export function psnr(a: Tensor, b: Tensor, { range = 1 }: ImageQualityOptions = {}): Tensor {
  check('psnr', a, b, range)
  return a.sub(b).square().flatten(1).mean(1).reciprocal().mul(range ** 2).log().mul(10 / Math.LN10) // prettier-ignore
}

/**
 * Structural similarity of each picture, 1 for equal ones: the mean of
 * (2μₐμᵦ + c₁)(2σₐᵦ + c₂)/((μₐ² + μᵦ² + c₁)(σₐ² + σᵦ² + c₂)) over all windows of 11 × 11 within it and over channels, weighed by a
 * normal distribution of deviation 1.5; c₁ = (0.01·range)², c₂ = (0.03·range)².
 *
 * a, b: [n, c, h, w], h, w ≥ 11 → [n]. It is differentiable: 1 − ssim is a loss.
 * Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004.
 * @throws ShapeError if they differ in shape or are smaller than a window; RangeError for the range.
 * @example
 * const loss = ssim(model.forward(x), x).mean().neg().add(1)
 */
export function ssim(a: Tensor, b: Tensor, { range = 1 }: ImageQualityOptions = {}): Tensor {
  check('ssim', a, b, range)
  const [n, c, h, w] = a.shape as [number, number, number, number]
  if (h < 11 || w < 11) throw new ShapeError(`ssim: pictures must be at least 11 × 11, got [${a.shape}]`)
  const bell = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)))
  const whole = bell.reduce((sum, v) => sum + v)
  const line = tensor(bell.map(v => v / whole))
  const flat = (x: Tensor): Tensor => x.reshape([n * c, 1, h, w])
  const blurred = (x: Tensor): Tensor => conv2d(conv2d(x, line.reshape([1, 1, 11, 1])), line.reshape([1, 1, 1, 11]))
  const [x, y] = [flat(a), flat(b)]
  const [mx, my] = [blurred(x), blurred(y)]
  const [xx, yy, xy] = [mx.square(), my.square(), mx.mul(my)]
  const [vx, vy, vxy] = [blurred(x.square()).sub(xx), blurred(y.square()).sub(yy), blurred(x.mul(y)).sub(xy)]
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2]
  const like = xy.mul(2).add(c1).mul(vxy.mul(2).add(c2))
  const all = xx.add(yy).add(c1).mul(vx.add(vy).add(c2))
  return like.div(all).reshape([n, -1]).mean(1)
}
