import { Module, normal, param, PortolanError, type Initializer, type Param, type Tensor } from '@portolan/core'

/** Options of `EmbeddingBag`. */
export interface EmbeddingBagOptions {
  /** What becomes of the rows; default 'mean'. */
  mode?: 'sum' | 'mean' | 'max'
  /** Default: N(0, 1). */
  init?: Initializer
}

/**
 * The sum, mean or largest of the rows of several integers: meanᵢ(weight[indexᵢ]).
 *
 * index: int32 [n, t] in 0 … count − 1 → [n, d]. weights: float32 [n, t], what each row is multiplied by, for 'sum' only. Parameter: weight [count, d].
 * PyTorch: EmbeddingBag; Keras: -.
 * @throws PortolanError if weights are given for another mode than 'sum'.
 * @example
 * new EmbeddingBag(10_000, 64).forward(words)
 */
export class EmbeddingBag extends Module {
  readonly weight: Param
  readonly mode: 'sum' | 'mean' | 'max'
  constructor(count: number, d: number, { mode = 'mean', init = normal() }: EmbeddingBagOptions = {}) {
    super()
    this.weight = param([count, d], init)
    this.mode = mode
  }
  /** index: int32 [n, t] in 0 … count − 1, weights: float32 [n, t] for 'sum' → [n, d] */
  forward(index: Tensor, { weights }: { weights?: Tensor } = {}): Tensor {
    if (weights && this.mode !== 'sum') throw new PortolanError(`EmbeddingBag: weights go with mode 'sum', the mode is '${this.mode}'`)
    const rows = this.weight.value.gather(index) // [n, t, d]
    return (weights ? rows.mul(weights.expandDims(-1)) : rows)[this.mode](1)
  }
}
