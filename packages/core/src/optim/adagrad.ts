import { decayed } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `adagrad` has beside its rate; a group may have its own. */
export interface AdagradOwn {
  /** The rate is divided by 1 + (step − 1)·lrDecay, ≥ 0; default 0. */
  lrDecay: number
  /** What the sum of squares starts from, ≥ 0; default 0. */
  initialAccumulator: number
  /** Added to the root, ≥ 0; default 1e-10. */
  epsilon: number
  /** Times the parameter, added to the gradient, ≥ 0; default 0. */
  weightDecay: number
}
/** Options of `adagrad`. */
export interface AdagradOptions extends Partial<AdagradOwn>, OptimizerOptions<AdagradOwn> {}

const rule: Rule<AdagradOwn, 'sum'> = {
  defaults: { lrDecay: 0, initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 },
  check: options => Object.entries(options).forEach(([name, value]) => checkRange(name, value, 0)),
  slots: () => ({ sum: 'parameter' }),
  update({ p, g, lr, step, slots }, { lrDecay, initialAccumulator, epsilon, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    const sum = slots.sum.add(d.square())
    const rate = lrDecay ? lr.div(step.sub(1).mul(lrDecay).add(1)) : lr
    const root = (initialAccumulator ? sum.add(initialAccumulator) : sum).sqrt()
    return { p: p.sub(d.mul(rate).div(root.add(epsilon))), sum }
  },
}

/**
 * AdaGrad: s ← s + g², p ← p − lr·g/(√s + ε): parameters that seldom get a gradient keep larger steps.
 *
 * PyTorch: `Adagrad`; Keras: `Adagrad`. Duchi et al., "Adaptive Subgradient Methods", 2011.
 * @throws RangeError for an option outside its range.
 * @example
 * adagrad(0.01)
 */
export const adagrad = (lr = 0.01, options: AdagradOptions = {}): Optimizer => new Optimizer(rule, lr, options)
