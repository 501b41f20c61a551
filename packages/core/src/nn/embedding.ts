import type { Tensor } from '../tensor/tensor.ts'
import { normal, param, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/**
 * A row of numbers for each integer: y = weight[index].
 *
 * index: int32 [...] in 0 … count − 1 → [..., d]. Parameter: weight [count, d], drawn from N(0, 1) unless `init` says otherwise.
 * @throws RangeError when a step is run with an index outside.
 * @example
 * new Embedding(10_000, 64).forward(tokens)    // [n, t] → [n, t, 64]
 */
export class Embedding extends Module {
  readonly weight: Param
  constructor(count: number, d: number, { init = normal() }: { init?: Initializer } = {}) {
    super()
    this.weight = param([count, d], init)
  }
  forward(index: Tensor): Tensor {
    return this.weight.value.gather(index)
  }
}
