import { grad, ShapeError, type Tensor } from '@portolan/core'

/**
 * What keeps the slope of a critic near 1: mean over samples of (‖∇ₓ critic(x)‖ − 1)², at x = mix·real + (1 − mix)·fake.
 *
 * real, fake: [n, ...], mix: [n] in 0 … 1 → []. Its gradients go through the inner one, to the critic's parameters.
 * Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
 * @throws ShapeError if the three do not fit.
 * @example
 * gradientPenalty(x => critic.forward(x), real, fake, rng.uniform([real.shape[0]!])).mul(10)
 */
export function gradientPenalty(critic: (x: Tensor) => Tensor, real: Tensor, fake: Tensor, mix: Tensor): Tensor {
  const n = real.shape[0]!
  if (String(real.shape) !== String(fake.shape) || String(mix.shape) !== String([n]))
    throw new ShapeError(
      `gradientPenalty: real and fake must have one shape and mix be [${n}], got [${real.shape}], [${fake.shape}] and [${mix.shape}]`,
    )
  const share = mix.reshape([n, ...real.shape.slice(1).map(() => 1)])
  const between = real.mul(share).add(fake.mul(share.neg().add(1)))
  const [slope] = grad(x => critic(x).sum())(between)
  const norm = slope!.flatten(1).norm(1)
  return norm.sub(1).square().mean()
}
