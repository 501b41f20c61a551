import { customVjp } from '../autodiff/grad.ts'
import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkPair, masked, reduce, type LossOptions } from './loss-options.ts'

/** Options of `gaussianNll`. */
export interface GaussianNllOptions extends LossOptions {
  /** Whether the constant ½·log 2π is added; default false. */
  full?: boolean
  /** The least variance, > 0; default 1e-6. A smaller one counts as this but keeps its gradient, as in PyTorch. */
  epsilon?: number
}

/**
 * Negative log-likelihood of a normal distribution that is predicted with its variance: ½·(log σ² + (x − y)²/σ²).
 *
 * mean, target, variance: float32 of one shape; the losses have it too. PyTorch: `GaussianNLLLoss`.
 * Nix and Weigend, "Estimating the Mean and Variance of the Target Probability Distribution", 1994.
 * @throws ShapeError, DTypeError if they do not fit, RangeError for epsilon.
 * @example
 * gaussianNll(mean, y, logVariance.exp())
 */
export function gaussianNll(
  mean: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, epsilon = 1e-6, ...options }: GaussianNllOptions = {},
): Tensor {
  checkPair('gaussianNll', { mean, target, variance })
  if (!(epsilon > 0)) throw new RangeError(`gaussianNll: epsilon must be above 0, got ${epsilon}`)
  const [m, y, v] = masked('gaussianNll', options.mask, mean.shape, [mean, target, variance])
  const safe = customVjp(x => ({ y: x!.maximum(epsilon), vjp: g => [g] }))(v!)
  const loss = safe.log().add(m!.sub(y!).square().div(safe)).mul(0.5)
  return reduce('gaussianNll', full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, options)
}
