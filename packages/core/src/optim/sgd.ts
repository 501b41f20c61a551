import type { Tensor } from '../tensor/tensor.ts'
import { Optimizer, type OptimizerOptions, type Update } from './optimizer.ts'

export interface SgdOptions extends OptimizerOptions {
  /** How much of the last velocity stays, 0 ≤ μ < 1; default 0. */
  momentum?: number
  /** The gradient enters the velocity times 1 − dampening; default 0. With dampening = momentum it is the average of the gradients. */
  dampening?: number
  /** Looks ahead along the velocity; default false. */
  nesterov?: boolean
  /** Times the parameter, added to the gradient; default 0. */
  weightDecay?: number
}

class Sgd extends Optimizer {
  protected readonly slotNames: readonly string[]
  readonly #options: SgdOptions
  constructor(lr: number, options: SgdOptions = {}) {
    super(lr, options)
    this.#options = options
    this.slotNames = options.momentum ? ['velocity'] : []
  }
  protected update(p: Tensor, g: Tensor, { lr, step, slot }: Update): Tensor {
    const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = this.#options
    if (weightDecay) g = g.add(p.mul(weightDecay))
    if (momentum) {
      const velocity = slot('velocity')
      // the first gradient enters whole, as in PyTorch
      const share = dampening ? step.greater(1).where(1 - dampening, 1) : undefined
      const next = velocity.value.mul(momentum).add(share ? g.mul(share) : g)
      velocity.value = next
      g = nesterov ? g.add(next.mul(momentum)) : next
    }
    return p.sub(g.mul(lr))
  }
}

/**
 * Gradient descent, with or without momentum: v ← μ·v + (1 − d)·g, p ← p − lr·v.
 * @example
 * sgd(0.1, { momentum: 0.9 })
 */
export const sgd = (lr: number, options?: SgdOptions): Optimizer => new Sgd(lr, options)
