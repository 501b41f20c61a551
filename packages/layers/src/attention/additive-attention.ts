import { Linear, Module, type Tensor } from '@portolan/core'
import { weigh, type SequenceAttentionInputs } from './weigh.ts'

/**
 * Attention whose scores are a small network: softmax(v·tanh(W_q·q + W_k·k))·values.
 *
 * query: [n, tq, queryDim], key: [n, tk, keyDim], value: [n, tk, e], default the keys → [n, tq, e].
 * Parameters: query [hidden, queryDim], key [hidden, keyDim], score [1, hidden], all without bias.
 * Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate", 2014. PyTorch: -; Keras: AdditiveAttention.
 * @throws DTypeError if the mask is not bool.
 * @example
 * new AdditiveAttention([128, 256], 64).forward(state, { key: memory, mask })
 */
export class AdditiveAttention extends Module {
  readonly query: Linear
  readonly key: Linear
  readonly score: Linear
  constructor([queryDim, keyDim]: readonly [number, number], hidden: number) {
    super()
    this.query = new Linear(queryDim, hidden, { bias: false })
    this.key = new Linear(keyDim, hidden, { bias: false })
    this.score = new Linear(hidden, 1, { bias: false })
  }
  /** query: [n, tq, queryDim], key: [n, tk, keyDim], value: [n, tk, e], default the keys → [n, tq, e] */
  forward(query: Tensor, { key, value = key, mask }: SequenceAttentionInputs): Tensor {
    const sum = this.query.forward(query).expandDims(2).add(this.key.forward(key).expandDims(1)) // [n, tq, tk, hidden]
    return weigh('AdditiveAttention', this.score.forward(sum.tanh()).squeeze(-1), value, mask)
  }
}
