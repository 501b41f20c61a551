import { PortolanError } from '../errors.ts'
import { matches, variables, type Filter } from '../nn/module.ts'
import { Param } from '../nn/variable.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * λ·Σ|w| over parameters, to be added to a loss: makes many of them 0.
 *
 * Keras: `regularizers.L1`. Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996.
 * @throws PortolanError if no parameter matches.
 * @example
 * mse(model.forward(x), y).add(l1Penalty(model, 1e-4, /weight$/))
 */
export const l1Penalty = (target: unknown, strength: number, filter: Filter = Param): Tensor =>
  penalty('l1Penalty', target, filter, w => w.abs()).mul(strength)

/**
 * λ·Σw² over parameters, to be added to a loss: keeps them small. Its gradient is that of an optimizer's weightDecay 2λ.
 *
 * Keras: `regularizers.L2`. Krogh and Hertz, "A Simple Weight Decay Can Improve Generalization", 1991.
 * @throws PortolanError if no parameter matches.
 * @example
 * mse(model.forward(x), y).add(l2Penalty(model, 1e-4))
 */
export const l2Penalty = (target: unknown, strength: number, filter: Filter = Param): Tensor =>
  penalty('l2Penalty', target, filter, w => w.square()).mul(strength)

function penalty(name: string, target: unknown, filter: Filter, cost: (w: Tensor) => Tensor): Tensor {
  const params = variables(target, Param)
  const chosen = [...params].filter(([path, p]) => matches(filter, path, p))
  if (!chosen.length)
    throw new PortolanError(`${name}: no parameter matches ${String(filter)}. There are: ${[...params.keys()].join(', ') || 'none'}`)
  return chosen.map(([, p]) => cost(p.value).sum()).reduce((a, b) => a.add(b))
}
