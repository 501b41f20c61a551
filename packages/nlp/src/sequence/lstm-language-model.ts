import { concat, Dropout, Embedding, Linear, LSTM, Module, zeros, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens } from '../classify/text-options.ts'
import type { Stepwise } from '../generate/stepwise.ts'

/** Options of `LSTMLanguageModel`. */
export interface LSTMLanguageModelOptions {
  /** How many different tokens there are. */
  vocabSize: number
  /** Channels of a token; default 128. */
  dim?: number
  /** Channels of the state; default 256. */
  hidden?: number
  /** How many LSTM layers stand on each other; default 2. */
  layers?: number
  /** In training, of the tokens, between the layers and before the last one, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/**
 * A language model of LSTM layers, of characters or other tokens: logits = fc(LSTM(embedding(ids))).
 *
 * ids: int32 [n, t] → logits [n, t, vocabSize], at each place those of the next token. Parameters: embedding, lstm, fc.
 * Zaremba et al., "Recurrent Neural Network Regularization", 2014 (dropout where they put it).
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * const model = new LSTMLanguageModel({ vocabSize: 65 })
 * crossEntropy(model.forward(ids), next)
 */
export class LSTMLanguageModel extends Module implements Stepwise {
  readonly embedding: Embedding
  readonly lstm: LSTM
  readonly dropout: Dropout
  readonly fc: Linear
  readonly vocabSize: number
  readonly #past: readonly [layers: number, hidden: number]

  constructor({ vocabSize, dim = 128, hidden = 256, layers = 2, dropout = 0 }: LSTMLanguageModelOptions) {
    super()
    checkCounts('LSTMLanguageModel', { vocabSize, dim, hidden, layers })
    this.embedding = new Embedding(vocabSize, dim)
    this.lstm = new LSTM(dim, hidden, { layers, dropout })
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(hidden, vocabSize)
    this.vocabSize = vocabSize
    this.#past = [layers, hidden]
  }

  /** ids: int32 [n, t] → logits [n, t, vocabSize] */
  forward(ids: Tensor): Tensor {
    checkTokens('LSTMLanguageModel', ids)
    const [y] = this.lstm.forward(this.dropout.forward(this.embedding.forward(ids)))
    return this.fc.forward(this.dropout.forward(y))
  }

  /** h and c of every layer. → float32 [2·layers, n, hidden] */
  emptyPast(n: number): Tensor {
    const [layers, hidden] = this.#past
    return zeros([2 * layers, n, hidden])
  }

  /** ids: int32 [n, 1], past: [2·layers, n, hidden] → logits [n, vocabSize], present */
  step(ids: Tensor, past: Tensor): { logits: Tensor; present: Tensor } {
    const [h, c] = past.split(2, 0) as [Tensor, Tensor]
    const [y, state] = this.lstm.forward(this.embedding.forward(ids), { state: { h, c } })
    return { logits: this.fc.forward(y).squeeze(1), present: concat([state.h, state.c]) }
  }
}
