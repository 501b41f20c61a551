import type { Tensor } from '../tensor/tensor.ts'
import { checkMoments, correction, decayed, shrunk, type MomentOptions } from './moments.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'
import type { Rule, Update } from './rule.ts'

/** What `adam` has beside its rate; a group may have its own. */
export interface AdamOwn extends MomentOptions {
  /** Whether the largest second moment so far is divided by, so that steps never grow again; default false. Reddi et al., 2018. */
  amsgrad: boolean
}
/** Options of `adam`. */
export interface AdamOptions extends Partial<AdamOwn>, OptimizerOptions<AdamOwn> {}

type State = 'm' | 'v' | 'top'

/** The slots hold m/(1 − β₁) and v/(1 − β₂): all that depends on the step is in single numbers, and fewer passes go over the parameters. */
function update(
  { p, g, lr, step, slots }: Update<State>,
  { betas: [b1, b2], epsilon, amsgrad }: AdamOwn,
): { p: Tensor; m: Tensor; v: Tensor; top?: Tensor } {
  const m = slots.m.mul(b1).add(g)
  const v = slots.v.mul(b2).add(g.square())
  const top = amsgrad ? slots.top.maximum(v) : v
  const scale = correction(b2, step)
    .div(1 - b2)
    .sqrt() // √v = √v̂·scale
  const rate = lr
    .mul(1 - b1)
    .div(correction(b1, step))
    .mul(scale)
  return { p: p.sub(m.mul(rate).div(top.sqrt().add(scale.mul(epsilon)))), m, v, ...(amsgrad && { top }) }
}

const adamRule: Rule<AdamOwn, State> = {
  defaults: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0, amsgrad: false },
  check: checkMoments,
  slots: ({ amsgrad }) => ({ m: 'parameter', v: 'parameter', ...(amsgrad && { top: 'parameter' }) }),
  update: (given, options) => update({ ...given, g: decayed(given.g, given.p, options.weightDecay) }, options),
}

const adamWRule: Rule<AdamOwn, State> = {
  ...adamRule,
  defaults: { ...adamRule.defaults, weightDecay: 0.01 },
  update: (given, options) => update({ ...given, p: shrunk(given.p, given.lr, options.weightDecay) }, options),
}

/**
 * Adam: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − lr·m̂/(√v̂ + ε), with both moments corrected for their start at
 * zero. Weight decay λ is added to the gradient: g + λp.
 *
 * PyTorch: `Adam`; Keras: `Adam`. Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.
 * @throws RangeError for an option outside its range.
 * @example
 * adam(1e-3, { clipNorm: 1 })
 */
export const adam = (lr = 1e-3, options: AdamOptions = {}): Optimizer => new Optimizer(adamRule, lr, options)

/**
 * Adam with weight decay beside the gradient: p ← p·(1 − lr·λ) before Adam's step; λ is `weightDecay`, default 0.01.
 *
 * PyTorch: `AdamW`; Keras: `AdamW`. Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
 * @throws RangeError for an option outside its range.
 * @example
 * adamW(3e-4, { weightDecay: 0.1, groups: [{ filter: /bias$|norm/, weightDecay: 0 }] })
 */
export const adamW = (lr = 1e-3, options: AdamOptions = {}): Optimizer => new Optimizer(adamWRule, lr, options)
