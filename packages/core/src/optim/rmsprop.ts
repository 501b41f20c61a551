import { blend, decayed } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `rmsprop` has beside its rate; a group may have its own. */
export interface RmspropOwn {
  /** How much of the mean square stays, 0 ≤ α < 1; default 0.99. Keras calls it rho. */
  alpha: number
  /** Added to the root, ≥ 0; default 1e-8. */
  epsilon: number
  /** How much of the last velocity stays, 0 ≤ μ < 1; default 0. */
  momentum: number
  /** Whether gradients are judged by their variance, not by their mean square; default false. Graves, 2013. */
  centered: boolean
  /** Times the parameter, added to the gradient, ≥ 0; default 0. */
  weightDecay: number
}
/** Options of `rmsprop`. */
export interface RmspropOptions extends Partial<RmspropOwn>, OptimizerOptions<RmspropOwn> {}

const rule: Rule<RmspropOwn, 'square' | 'mean' | 'velocity'> = {
  defaults: { alpha: 0.99, epsilon: 1e-8, momentum: 0, centered: false, weightDecay: 0 },
  check({ alpha, epsilon, momentum, weightDecay }) {
    checkRange('alpha', alpha, 0, 1)
    checkRange('epsilon', epsilon, 0)
    checkRange('momentum', momentum, 0, 1)
    checkRange('weightDecay', weightDecay, 0)
  },
  slots: ({ momentum, centered }) => ({
    square: 'parameter',
    ...(centered && { mean: 'parameter' }),
    ...(momentum && { velocity: 'parameter' }),
  }),
  update({ p, g, lr, slots }, { alpha, epsilon, momentum, centered, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    const square = blend(slots.square, d.square(), alpha)
    const mean = centered ? blend(slots.mean, d, alpha) : undefined
    // rounding may leave a variance below 0
    const scaled = d.div((mean ? square.sub(mean.square()).relu() : square).sqrt().add(epsilon))
    const velocity = momentum ? slots.velocity.mul(momentum).add(scaled) : undefined
    return { p: p.sub((velocity ?? scaled).mul(lr)), square, ...(mean && { mean }), ...(velocity && { velocity }) }
  },
}

/**
 * RMSprop: s ← αs + (1 − α)g², p ← p − lr·g/(√s + ε).
 *
 * PyTorch: `RMSprop`; Keras: `RMSprop`. Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012.
 * @throws RangeError for an option outside its range.
 * @example
 * rmsprop(1e-3, { momentum: 0.9 })
 */
export const rmsprop = (lr = 0.01, options: RmspropOptions = {}): Optimizer => new Optimizer(rule, lr, options)
