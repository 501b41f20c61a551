import { customVjp } from '../autodiff/grad.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A function of each number by itself. */
export type Activation = (x: Tensor) => Tensor

/**
 * x·Φ(x), exact; 'tanh': x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as GPT-2 has it.
 * Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
 */
export function gelu(x: Tensor, { approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  if (approximate === 'none') return exactGelu(x)
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))
  return x.mul(inner.tanh().mul(0.5).add(0.5))
}

/** y = x·Φ(x), y′ = Φ(x) + x·φ(x) with φ(x) = e^(−x²/2)/√(2π): the gradient uses the Φ that is there, and few passes over memory. */
const exactGelu = customVjp(x => {
  const half = x!.mul(Math.SQRT1_2)
  const below = half.erf().mul(0.5).add(0.5)
  const density = (): Tensor =>
    half
      .mul(half)
      .neg()
      .sub(Math.log(2 * Math.PI) / 2)
      .exp()
  return { y: x!.mul(below), vjp: g => [g.mul(below.add(x!.mul(density())))] }
})

/** log(1 + e^(beta·x))/beta, without overflow. */
export const softplus = (x: Tensor, beta = 1): Tensor => (beta === 1 ? x.softplus() : x.mul(beta).softplus().div(beta))

/** x where it is positive, slope·x elsewhere. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => x.greater(0).where(x, x.mul(slope))

/** x where it is positive, alpha·(eˣ − 1) elsewhere. */
export function elu(x: Tensor, alpha = 1): Tensor {
  const positive = x.greater(0)
  return positive.where(x, positive.where(0, x).expm1().mul(alpha)) // e^x of a large one would be ∞, and 0·∞ its gradient
}

/** x·σ(x), also called swish. */
export const silu = (x: Tensor): Tensor => x.mul(x.sigmoid())

/** x limited to low … high; the gradient passes strictly in between. */
export const hardtanh = (x: Tensor, low = -1, high = 1): Tensor =>
  customVjp(x => ({ y: x.clip(low, high), vjp: g => [x.greater(low).and(x.less(high)).where(g, 0)] }))(x)

/** min(max(x, 0), 6) */
export const relu6 = (x: Tensor): Tensor => hardtanh(x, 0, 6)

/** relu6(x + 3)/6: a sigmoid of straight lines. */
export const hardsigmoid = (x: Tensor): Tensor => relu6(x.add(3)).div(6)

/** x·hardsigmoid(x) */
export const hardswish = (x: Tensor): Tensor => x.mul(hardsigmoid(x))
