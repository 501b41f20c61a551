import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { normal, param, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** An integer whose row starts at 0 and is not trained. */
  paddingIdx?: number
  /** Default: N(0, 1). */
  init?: Initializer
}

/**
 * A row of numbers for each integer: y = weight[index].
 *
 * index: int32 [...] in 0 … count − 1 → [..., d]. Parameter: weight [count, d]. PyTorch: Embedding; Keras: Embedding.
 * @throws RangeError when paddingIdx is not a row, or a step is run with an index outside.
 * @example
 * new Embedding(10_000, 64).forward(zeros([2, 5], 'int32'))   // [2, 5, 64]
 */
export class Embedding extends Module {
  readonly weight: Param
  readonly #padding: number | undefined
  constructor(count: number, d: number, { paddingIdx, init = normal() }: EmbeddingOptions = {}) {
    super()
    if (paddingIdx !== undefined && !(Number.isInteger(paddingIdx) && paddingIdx >= 0 && paddingIdx < count))
      throw new RangeError(`Embedding: paddingIdx must be in 0 … ${count - 1}, got ${paddingIdx}`)
    this.#padding = paddingIdx
    this.weight = param([count, d], (shape, rng) => {
      const next = init(shape, rng)
      let i = 0
      return () => {
        const drawn = next()
        return Math.floor(i++ / d) === paddingIdx ? 0 : drawn
      }
    })
  }
  /** index: int32 [...] in 0 … count − 1 → [..., d] */
  forward(index: Tensor): Tensor {
    const y = this.weight.value.gather(index)
    // a row that is not trained: what comes from it has no gradient
    return this.#padding === undefined ? y : index.notEqual(this.#padding).expandDims(-1).where(y, y.detach())
  }
}
