import { blend, checkMoments, correction, type MomentOptions } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import type { Rule } from './rule.ts'

/** Options of `lamb`. */
export interface LambOptions extends Partial<MomentOptions>, OptimizerOptions<MomentOptions> {}

const rule: Rule<MomentOptions, 'm' | 'v'> = {
  defaults: { betas: [0.9, 0.999], epsilon: 1e-6, weightDecay: 0 },
  check: checkMoments,
  slots: () => ({ m: 'parameter', v: 'parameter' }),
  update({ p, g, lr, step, slots }, { betas: [b1, b2], epsilon, weightDecay }) {
    const m = blend(slots.m, g, b1)
    const v = blend(slots.v, g.square(), b2)
    const adam = m.div(correction(b1, step)).div(v.div(correction(b2, step)).sqrt().add(epsilon))
    const move = weightDecay ? adam.add(p.mul(weightDecay)) : adam
    const [size, length] = [p, move].map(x => x.norm())
    const trust = size!.mul(length!).greater(0).where(size!.div(length!), 1)
    return { p: p.sub(move.mul(lr.mul(trust))), m, v }
  },
}

/**
 * LAMB, for very large batches: r = m̂/(√v̂ + ε) + λp, p ← p − lr·‖p‖/‖r‖·r, norms taken over each parameter; the ratio is 1 where
 * one of them is 0. `epsilon` is 1e-6 by default.
 *
 * Keras: `Lamb`. You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2020.
 * @throws RangeError for an option outside its range.
 * @example
 * lamb(2e-3, { weightDecay: 0.01, groups: [{ filter: /bias$|norm/, weightDecay: 0 }] })
 */
export const lamb = (lr = 1e-3, options: LambOptions = {}): Optimizer => new Optimizer(rule, lr, options)
