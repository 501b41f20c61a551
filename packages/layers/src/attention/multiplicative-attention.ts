import { Linear, Module, type Tensor } from '@portolan/core'
import { weigh, type SequenceAttentionInputs } from './weigh.ts'

/**
 * Attention whose scores are products through a matrix: softmax(qᵀ·W·k)·values.
 *
 * query: [n, tq, queryDim], key: [n, tk, keyDim], value: [n, tk, e], default the keys → [n, tq, e]. Parameter: key [queryDim, keyDim].
 * Luong et al., "Effective Approaches to Attention-based Neural Machine Translation", 2015, their score "general". PyTorch: -; Keras: Attention.
 * @throws DTypeError if the mask is not bool.
 * @example
 * new MultiplicativeAttention(128, 256).forward(state, { key: memory, mask })
 */
export class MultiplicativeAttention extends Module {
  readonly key: Linear
  constructor(queryDim: number, keyDim: number) {
    super()
    this.key = new Linear(keyDim, queryDim, { bias: false })
  }
  /** query: [n, tq, queryDim], key: [n, tk, keyDim], value: [n, tk, e], default the keys → [n, tq, e] */
  forward(query: Tensor, { key, value = key, mask }: SequenceAttentionInputs): Tensor {
    return weigh('MultiplicativeAttention', query.matmul(this.key.forward(key), { transposeB: true }), value, mask)
  }
}
