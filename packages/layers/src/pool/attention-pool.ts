import { DTypeError, Linear, Module, type Tensor } from '@portolan/core'

/**
 * A mean over a sequence whose weights it learns: Σₜ softmax(w·xₜ)·xₜ.
 *
 * x: [n, t, d] → [n, d]. Parameter: score [1, d]. mask: bool [n, t], true where a place counts.
 * Lin et al., "A Structured Self-attentive Sentence Embedding", 2017. PyTorch: -; Keras: -.
 * @throws DTypeError if the mask is not bool.
 * @example
 * new AttentionPool(64).forward(x, { mask })
 */
export class AttentionPool extends Module {
  readonly score: Linear
  constructor(d: number) {
    super()
    this.score = new Linear(d, 1, { bias: false })
  }
  /** x: [n, t, d], mask: bool [n, t] → [n, d] */
  forward(x: Tensor, { mask }: { mask?: Tensor } = {}): Tensor {
    if (mask && mask.dtype !== 'bool')
      throw new DTypeError(`AttentionPool: mask must be bool, got ${mask.dtype}. Compare: lengths.greater(place)`)
    const scores = this.score.forward(x).squeeze(-1) // [n, t]
    const weights = (mask ? mask.where(scores, -1e9) : scores).softmax()
    return weights.expandDims(1).matmul(x).squeeze(1)
  }
}
