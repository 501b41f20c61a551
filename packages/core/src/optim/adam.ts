import type { Tensor } from '../tensor/tensor.ts'
import { Optimizer, type OptimizerOptions, type Update } from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions {
  /** How much of the two moments stays; default [0.9, 0.999]. */
  betas?: readonly [number, number]
  /** Added to the root of the second moment; default 1e-8. */
  epsilon?: number
}

class Adam extends Optimizer {
  protected readonly slotNames = ['m', 'v']
  readonly #betas: readonly [number, number]
  readonly #epsilon: number
  constructor(lr: number, { betas = [0.9, 0.999], epsilon = 1e-8, ...options }: AdamOptions = {}) {
    super(lr, options)
    this.#betas = betas
    this.#epsilon = epsilon
  }
  protected update(p: Tensor, g: Tensor, { lr, step, slot }: Update): Tensor {
    const [b1, b2] = this.#betas
    const m = slot('m').value.mul(b1).add(g.mul(1 - b1))
    const v = slot('v').value.mul(b2).add(g.square().mul(1 - b2))
    slot('m').value = m
    slot('v').value = v
    const correction = (b: number) => step.mul(Math.log(b)).exp().neg().add(1) // 1 − bᵗ
    return p.sub(m.mul(lr.div(correction(b1))).div(v.sqrt().div(correction(b2).sqrt()).add(this.#epsilon)))
  }
}

/**
 * Adam: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − lr·m̂/(√v̂ + ε), with both moments corrected for their start at zero.
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.
 * @example
 * adam(1e-3, { clipNorm: 1 })
 */
export const adam = (lr = 1e-3, options?: AdamOptions): Optimizer => new Adam(lr, options)
