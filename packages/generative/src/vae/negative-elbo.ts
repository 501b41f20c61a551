import { ShapeError, type Tensor } from '@portolan/core'
import type { Posterior } from './vae.ts'

/** z = μ + σ·ε: a draw from the posterior through which gradients flow. noise: [n, latents], of N(0, 1) → [n, latents] */
export const reparametrize = ({ mean, logVariance }: Posterior, noise: Tensor): Tensor => mean.add(logVariance.mul(0.5).exp().mul(noise))

/** The two parts of the bound in nats, means over the batch; `loss` is their sum. */
export interface NegativeElbo {
  readonly loss: Tensor
  readonly reconstruction: Tensor
  readonly kl: Tensor
}

/**
 * The negative evidence lower bound of a Bernoulli decoder, in nats for each sample, averaged over the batch:
 * −Σ log p(x|z) + β·KL(q(z|x) ‖ N(0, 1)), KL = ½ Σ (μ² + σ² − 1 − log σ²).
 *
 * logits, x: [n, ...], x in 0 … 1; klWeight: β ≥ 0, default 1, with which it bounds −log p(x) from above.
 * Kingma and Welling, 2013; β: Higgins et al., "beta-VAE", 2017.
 * @throws ShapeError if logits and x differ in shape.
 * @example
 * const q = model.encode(x)
 * const { loss } = negativeElbo(model.decode(reparametrize(q, rng.normal(q.mean.shape))), x, q)
 */
export function negativeElbo(
  logits: Tensor,
  x: Tensor,
  { mean, logVariance }: Posterior,
  { klWeight = 1 }: { klWeight?: number } = {},
): NegativeElbo {
  if (String(logits.shape) !== String(x.shape))
    throw new ShapeError(`negativeElbo: logits and x must have one shape, got [${logits.shape}] and [${x.shape}]`)
  const reconstruction = logits.softplus().sub(logits.mul(x)).flatten(1).sum(1).mean()
  const kl = mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum(1).mul(0.5).mean()
  return { loss: reconstruction.add(klWeight === 1 ? kl : kl.mul(klWeight)), reconstruction, kl }
}
