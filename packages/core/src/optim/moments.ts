import type { Tensor } from '../tensor/tensor.ts'
import { checkRange } from './rule.ts'

/** What the family of Adam shares. */
export interface MomentOptions {
  /** How much of the mean of gradients and of their squares stays, both in 0 ≤ β < 1; default [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  epsilon: number
  /** λ ≥ 0; default 0. */
  weightDecay: number
}

export function checkMoments({ betas, epsilon, weightDecay }: MomentOptions): void {
  for (const beta of betas) checkRange('betas', beta, 0, 1)
  checkRange('epsilon', epsilon, 0)
  checkRange('weightDecay', weightDecay, 0)
}

/** β·mean + (1 − β)·x */
export const blend = (mean: Tensor, x: Tensor, beta: number): Tensor => mean.mul(beta).add(x.mul(1 - beta))

/** 1 − βᵗ: by it a mean that started at zero is too small. With y = tanh(−t/2·ln β) it is 2y/(1 + y), which keeps all its digits. */
export function correction(beta: number, step: Tensor): Tensor {
  const y = step.mul(-Math.log(beta) / 2).tanh()
  return y.div(y.add(1)).mul(2)
}

/** The gradient with that of λ/2·p² added. */
export const decayed = (g: Tensor, p: Tensor, weightDecay: number): Tensor => (weightDecay ? g.add(p.mul(weightDecay)) : g)

/** The parameter shrunk by lr·λ, whatever its gradient. */
export const shrunk = (p: Tensor, lr: Tensor, weightDecay: number): Tensor => (weightDecay ? p.mul(lr.mul(-weightDecay).add(1)) : p)
