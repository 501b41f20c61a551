import { blend, decayed } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import { checkRange, type Rule } from './rule.ts'

/** What `adadelta` has beside its rate; a group may have its own. */
export interface AdadeltaOwn {
  /** How much of both mean squares stays, 0 ≤ ρ < 1; default 0.9. */
  rho: number
  /** Added under both roots, > 0; default 1e-6. */
  epsilon: number
  /** Times the parameter, added to the gradient, ≥ 0; default 0. */
  weightDecay: number
}
/** Options of `adadelta`. */
export interface AdadeltaOptions extends Partial<AdadeltaOwn>, OptimizerOptions<AdadeltaOwn> {}

const rule: Rule<AdadeltaOwn, 'square' | 'moved'> = {
  defaults: { rho: 0.9, epsilon: 1e-6, weightDecay: 0 },
  check({ rho, epsilon, weightDecay }) {
    checkRange('rho', rho, 0, 1)
    checkRange('epsilon', epsilon, Number.MIN_VALUE)
    checkRange('weightDecay', weightDecay, 0)
  },
  slots: () => ({ square: 'parameter', moved: 'parameter' }),
  update({ p, g, lr, slots }, { rho, epsilon, weightDecay }) {
    const d = decayed(g, p, weightDecay)
    const square = blend(slots.square, d.square(), rho)
    const move = slots.moved.add(epsilon).sqrt().div(square.add(epsilon).sqrt()).mul(d)
    return { p: p.sub(move.mul(lr)), square, moved: blend(slots.moved, move.square(), rho) }
  },
}

/**
 * AdaDelta: s ← ρs + (1 − ρ)g², Δ = √(u + ε)/√(s + ε)·g, u ← ρu + (1 − ρ)Δ², p ← p − lr·Δ: steps find their own size.
 *
 * PyTorch: `Adadelta`; Keras: `Adadelta`. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
 * @throws RangeError for an option outside its range.
 * @example
 * adadelta()
 */
export const adadelta = (lr = 1, options: AdadeltaOptions = {}): Optimizer => new Optimizer(rule, lr, options)
