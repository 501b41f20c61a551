import { blend, checkMoments, correction, decayed, type MomentOptions } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import type { Rule } from './rule.ts'

/** Options of `adamax`. */
export interface AdamaxOptions extends Partial<MomentOptions>, OptimizerOptions<MomentOptions> {}

const rule: Rule<MomentOptions, 'm' | 'top'> = {
  defaults: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 },
  check: checkMoments,
  slots: () => ({ m: 'parameter', top: 'parameter' }),
  update({ p, g, lr, step, slots }, { betas: [b1, b2], epsilon, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    const m = blend(slots.m, d, b1)
    const top = slots.top.mul(b2).maximum(d.abs().add(epsilon))
    return { p: p.sub(m.mul(lr.div(correction(b1, step))).div(top)), m, top }
  },
}

/**
 * Adam with the largest gradient in place of the mean square: u ← max(β₂u, |g| + ε), p ← p − lr·m̂/u. Weight decay λ is added
 * to the gradient: g + λp.
 *
 * PyTorch: `Adamax`; Keras: `Adamax`. Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.
 * @throws RangeError for an option outside its range.
 * @example
 * adamax(2e-3)
 */
export const adamax = (lr = 2e-3, options: AdamaxOptions = {}): Optimizer => new Optimizer(rule, lr, options)
