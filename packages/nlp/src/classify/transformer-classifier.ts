import { Dropout, Embedding, gelu, Linear, Module, normal, SinusoidalPositions, TransformerEncoder, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens, textMean, type TextClassifierOptions } from './text-options.ts'

/** Options of `TransformerClassifier`. */
export interface TransformerClassifierOptions extends TextClassifierOptions {
  /** Channels of a token; default 128. */
  dim?: number
  /** Default 4; they divide dim. */
  heads?: number
  /** Default 2. */
  layers?: number
  /** Width between the two linear layers of a block; default 4·dim. */
  feedForward?: number
  /** 0 ≤ p < 1; default 0.1. */
  dropout?: number
}

/**
 * Classifies texts by the mean of what a Transformer encoder makes of their tokens: fc(mean over the text of encoder(√dim·x + places)).
 *
 * ids: int32 [n, t], short texts filled up at their end → class scores [n, classes]. The norms come first; places are waves.
 * Parameters: embedding, encoder, fc. Vaswani et al., "Attention Is All You Need", 2017.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * new TransformerClassifier({ vocabSize: 10_000, classes: 2 }).forward(ids)
 */
export class TransformerClassifier extends Module {
  readonly embedding: Embedding
  readonly positions: SinusoidalPositions
  readonly encoder: TransformerEncoder
  readonly dropout: Dropout
  readonly fc: Linear
  readonly #padding: number

  constructor(options: TransformerClassifierOptions) {
    super()
    const { vocabSize, classes, padding = 0, dim = 128, heads = 4, layers = 2, feedForward = 4 * dim, dropout = 0.1 } = options
    checkCounts('TransformerClassifier', { vocabSize, classes, dim, heads, layers, feedForward })
    this.embedding = new Embedding(vocabSize, dim, { paddingIdx: padding, init: normal(1 / Math.sqrt(dim)) })
    this.positions = new SinusoidalPositions(dim)
    this.encoder = new TransformerEncoder(dim, heads, { layers, feedForward, dropout, activation: gelu, normFirst: true })
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(dim, classes)
    this.#padding = padding
  }

  /** ids: int32 [n, t] → class scores [n, classes] */
  forward(ids: Tensor): Tensor {
    checkTokens('TransformerClassifier', ids)
    const x = this.embedding.forward(ids).mul(Math.sqrt(this.fc.inFeatures))
    const keyMask = ids.notEqual(this.#padding) // [n, t]
    const y = this.encoder.forward(this.dropout.forward(this.positions.forward(x)), { keyMask })
    return this.fc.forward(this.dropout.forward(textMean(y, ids, this.#padding)))
  }
}
