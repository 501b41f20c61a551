import type { Tensor } from '../tensor/tensor.ts'
import { blend, checkMoments, correction, decayed, type MomentOptions } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `nadam` has beside its rate; a group may have its own. */
export interface NadamOwn extends MomentOptions {
  /** How fast the momentum grows to β₁, ≥ 0; default 0.004. */
  momentumDecay: number
}
/** Options of `nadam`. */
export interface NadamOptions extends Partial<NadamOwn>, OptimizerOptions<NadamOwn> {}

const rule: Rule<NadamOwn, 'm' | 'v' | 'used'> = {
  defaults: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0, momentumDecay: 0.004 },
  check(options) {
    checkMoments(options)
    checkRange('momentumDecay', options.momentumDecay, 0)
  },
  // used: 1 − the product of all momenta so far
  slots: () => ({ m: 'parameter', v: 'parameter', used: 'number' }),
  update({ p, g, lr, step, slots }, { betas: [b1, b2], epsilon, weightDecay, momentumDecay }) {
    const d = decayed(g, p, weightDecay)
    const momentum = (t: Tensor): Tensor =>
      t
        .mul(momentumDecay * Math.log(0.96))
        .exp()
        .mul(-0.5)
        .add(1)
        .mul(b1) // β₁·(1 − ½·0.96^(t·ψ))
    const [now, ahead] = [momentum(step), momentum(step.add(1))]
    const left = slots.used.neg().add(1).mul(now)
    const used = left.neg().add(1)
    const m = blend(slots.m, d, b1)
    const v = blend(slots.v, d.square(), b2)
    const byGradient = lr.mul(now.neg().add(1)).div(used)
    const byMoment = lr.mul(ahead).div(left.mul(ahead).neg().add(1))
    const move = d
      .mul(byGradient)
      .add(m.mul(byMoment))
      .div(v.sqrt().div(correction(b2, step).sqrt()).add(epsilon))
    return { p: p.sub(move), m, v, used }
  },
}

/**
 * Adam with Nesterov's momentum, which grows: μₜ = β₁·(1 − ½·0.96^(t·ψ)), ψ being `momentumDecay`, and
 * p ← p − lr·((1 − μₜ)·g/(1 − Πμ) + μₜ₊₁·m/(1 − Πμ·μₜ₊₁))/(√v̂ + ε). Weight decay λ is added to the gradient: g + λp.
 *
 * PyTorch: `NAdam`; Keras: `Nadam`. Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
 * @throws RangeError for an option outside its range.
 * @example
 * nadam(2e-3)
 */
export const nadam = (lr = 2e-3, options: NadamOptions = {}): Optimizer => new Optimizer(rule, lr, options)
