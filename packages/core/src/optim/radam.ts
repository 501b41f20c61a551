import type { Tensor } from '../tensor/tensor.ts'
import { blend, checkMoments, correction, decayed, type MomentOptions } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import type { Rule } from './rule.ts'

/** Options of `radam`. */
export interface RadamOptions extends Partial<MomentOptions>, OptimizerOptions<MomentOptions> {}

/**
 * ρ∞ − 2t·βᵗ/(1 − βᵗ), how many gradients the mean square stands on. With x = −t·ln β it is (ρ∞ − 2t/x) + 2t/x·(1 − x/(eˣ − 1)),
 * whose last factor, for small x, is taken from its series: the difference would be lost in float32.
 */
function length(beta: number, step: Tensor): Tensor {
  const rate = -Math.log(beta)
  const x = step.mul(rate)
  const xx = x.square()
  const near = x.mul(0.5).sub(xx.div(12)).add(xx.square().div(720)).sub(xx.mul(xx.square()).div(30240))
  const far = x.div(x.exp().sub(1)).neg().add(1)
  return x
    .less(1)
    .where(near, far)
    .mul(2 / rate)
    .add(2 / (1 - beta) - 1 - 2 / rate)
}

const rule: Rule<MomentOptions, 'm' | 'v'> = {
  defaults: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 },
  check: checkMoments,
  slots: () => ({ m: 'parameter', v: 'parameter' }),
  update({ p, g, lr, step, slots }, { betas: [b1, b2], epsilon, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    const m = blend(slots.m, d, b1)
    const v = blend(slots.v, d.square(), b2)
    const most = 2 / (1 - b2) - 1
    const n = length(b2, step)
    const long = n.greater(5)
    const safe = long.where(n, 5)
    const rectified = safe
      .sub(4)
      .mul(safe.sub(2))
      .div(safe)
      .mul(most / ((most - 4) * (most - 2)))
    const scale = rectified.mul(correction(b2, step)).sqrt()
    const adaptive = long.where(scale, 0).div(v.sqrt().add(epsilon)).add(long.where(0, 1))
    return { p: p.sub(m.mul(lr.div(correction(b1, step))).mul(adaptive)), m, v }
  },
}

/**
 * Adam that goes by momentum alone until its mean square stands on enough gradients, and then rectifies its variance:
 * no warm-up is needed. Weight decay λ is added to the gradient: g + λp.
 *
 * PyTorch: `RAdam`. Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2020.
 * @throws RangeError for an option outside its range.
 * @example
 * radam(1e-3)
 */
export const radam = (lr = 1e-3, options: RadamOptions = {}): Optimizer => new Optimizer(rule, lr, options)
