import { customVjp } from '../autodiff/grad.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** x·Φ(x), exact. Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. */
export const gelu = (x: Tensor): Tensor => x.mul(x.mul(Math.SQRT1_2).erf().mul(0.5).add(0.5))

/** log(1 + eˣ), without overflow. Its gradient is spelled out: the rules of relu and abs would give 0 at 0, not ½. */
export const softplus = (x: Tensor): Tensor =>
  customVjp(() => ({ y: x.relu().add(x.abs().neg().exp().add(1).log()), vjp: g => [g.mul(x.sigmoid())] }))(x)

/** x where it is positive, slope·x elsewhere. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => x.greater(0).where(x, x.mul(slope))
