import { apply, type Tensor } from '../tensor/tensor.ts'
import { constant, param } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** (x − μ)/√(σ² + ε)·weight + bias over the last axis. x: [..., d], weight, bias: [d] → [..., d] */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor, epsilon = 1e-5): Tensor => apply('layerNorm', [x, weight, bias], { epsilon })[0]!

/**
 * Normalizes each row by its own mean and variance: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [..., d] → same. Parameters: weight [d], bias [d]. Ba, Kiros and Hinton, "Layer Normalization", 2016.
 * @example
 * new LayerNorm(128).forward(zeros([4, 16, 128]))
 */
export class LayerNorm extends Module {
  readonly weight: Param
  readonly bias: Param
  readonly #epsilon: number
  constructor(d: number, { epsilon = 1e-5 }: { epsilon?: number } = {}) {
    super()
    this.weight = param([d], constant(1))
    this.bias = param([d], constant(0))
    this.#epsilon = epsilon
  }
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight.value, this.bias.value, this.#epsilon)
  }
}
