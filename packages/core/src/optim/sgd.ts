import { decayed } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `sgd` has beside its rate; a group may have its own. */
export interface SgdOwn {
  /** How much of the last velocity stays, 0 ≤ μ < 1; default 0. */
  momentum: number
  /** The gradient enters the velocity times 1 − dampening; default 0. With dampening = momentum it is the average of the gradients. */
  dampening: number
  /** Looks ahead along the velocity; default false. */
  nesterov: boolean
  /** Times the parameter, added to the gradient, ≥ 0; default 0. */
  weightDecay: number
}
/** Options of `sgd`. */
export interface SgdOptions extends Partial<SgdOwn>, OptimizerOptions<SgdOwn> {}

const rule: Rule<SgdOwn, 'velocity'> = {
  defaults: { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
  check({ momentum, weightDecay }) {
    checkRange('momentum', momentum, 0, 1)
    checkRange('weightDecay', weightDecay, 0)
  },
  slots: ({ momentum }) => (momentum ? { velocity: 'parameter' } : {}),
  update({ p, g, lr, step, slots }, { momentum, dampening, nesterov, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    if (!momentum) return { p: p.sub(d.mul(lr)) }
    // the first gradient enters whole, as in PyTorch
    const entering = dampening ? d.mul(step.greater(1).where(1 - dampening, 1)) : d
    const velocity = slots.velocity.mul(momentum).add(entering)
    return { p: p.sub((nesterov ? d.add(velocity.mul(momentum)) : velocity).mul(lr)), velocity }
  },
}

/**
 * Gradient descent, with or without momentum: v ← μ·v + (1 − d)·g, p ← p − lr·v.
 *
 * PyTorch: `SGD`; Keras: `SGD`. Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 * @throws RangeError for an option outside its range.
 * @example
 * sgd(0.1, { momentum: 0.9, nesterov: true })
 */
export const sgd = (lr: number, options: SgdOptions = {}): Optimizer => new Optimizer(rule, lr, options)
