import { blend, shrunk } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `lion` has beside its rate; a group may have its own. */
export interface LionOwn {
  /** How much of the momentum enters the direction, and how much of it stays, both in 0 ≤ β < 1; default [0.9, 0.99]. */
  betas: readonly [number, number]
  /** λ ≥ 0; default 0. */
  weightDecay: number
}
/** Options of `lion`. */
export interface LionOptions extends Partial<LionOwn>, OptimizerOptions<LionOwn> {}

const rule: Rule<LionOwn, 'm'> = {
  defaults: { betas: [0.9, 0.99], weightDecay: 0 },
  check({ betas, weightDecay }) {
    for (const beta of betas) checkRange('betas', beta, 0, 1)
    checkRange('weightDecay', weightDecay, 0)
  },
  slots: () => ({ m: 'parameter' }),
  update: ({ p, g, lr, slots: { m } }, { betas: [b1, b2], weightDecay }) => ({
    p: shrunk(p, lr, weightDecay).sub(blend(m, g, b1).sign().mul(lr)),
    m: blend(m, g, b2),
  }),
}

/**
 * Lion: p ← p·(1 − lr·λ) − lr·sign(β₁m + (1 − β₁)g), m ← β₂m + (1 − β₂)g: steps of one size, half of Adam's state. Take a third to
 * a tenth of Adam's learning rate, and so much more weight decay.
 *
 * Keras: `Lion`. Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.
 * @throws RangeError for an option outside its range.
 * @example
 * lion(1e-4, { weightDecay: 0.3 })
 */
export const lion = (lr = 1e-4, options: LionOptions = {}): Optimizer => new Optimizer(rule, lr, options)
