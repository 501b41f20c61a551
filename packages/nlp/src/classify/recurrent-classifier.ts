import { Dropout, Embedding, iota, Linear, Module, RangeError, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens, textLengths, type TextClassifierOptions } from './text-options.ts'

/** Options of `TextLSTM` and `TextGRU`. */
export interface RecurrentClassifierOptions extends TextClassifierOptions {
  /** Channels of a token; default 128. */
  dim?: number
  /** Channels of the state of each direction; default 128. */
  hidden?: number
  /** How many recurrent layers stand on each other; default 2. */
  layers?: number
  /** Whether texts are read from both ends; default false. */
  bidirectional?: boolean
  /**
   * What of the top layer's states the scores are made of: the last one of each direction, or the greatest or the mean of each channel
   * over all tokens, from which every token learns at once. Default 'last'.
   */
  pool?: 'last' | 'max' | 'mean'
  /** In training, of the tokens, between the layers and before the last one, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/** What recurrent layers say of texts: the states of the top layer, [n, t, directions·hidden], and the last ones, [layers·directions, n, hidden]. */
export interface RecurrentStates {
  readonly states: Tensor
  readonly last: Tensor
}

/** Classifies a text by the states of recurrent layers that read it. */
export abstract class RecurrentClassifier extends Module {
  readonly embedding: Embedding
  readonly fc: Linear
  readonly dropout: Dropout
  readonly #padding: number
  readonly #directions: number
  readonly #pool: 'last' | 'max' | 'mean'

  constructor({
    vocabSize,
    classes,
    padding = 0,
    dim = 128,
    hidden = 128,
    layers = 2,
    bidirectional = false,
    pool = 'last',
    dropout = 0,
  }: RecurrentClassifierOptions) {
    super()
    checkCounts(new.target.name, { vocabSize, classes, dim, hidden, layers })
    if (!['last', 'max', 'mean'].includes(pool))
      throw new RangeError(`${new.target.name}: pool must be 'last', 'max' or 'mean', got '${pool}'`)
    this.embedding = new Embedding(vocabSize, dim, { paddingIdx: padding })
    this.#directions = bidirectional ? 2 : 1
    this.fc = new Linear(hidden * this.#directions, classes)
    this.dropout = new Dropout(dropout)
    this.#padding = padding
    this.#pool = pool
  }

  /** x: [n, t, dim], lengths: int32 [n]. What stands behind the end of a text is of no account. */
  protected abstract read(x: Tensor, lengths: Tensor): RecurrentStates

  /** ids: int32 [n, t] → class scores [n, classes] */
  forward(ids: Tensor): Tensor {
    checkTokens(this.constructor.name, ids)
    const x = this.dropout.forward(this.embedding.forward(ids)) // [n, t, dim]
    const lengths = textLengths(ids, this.#padding)
    return this.fc.forward(this.dropout.forward(this.#pooled(this.read(x, lengths), lengths)))
  }

  /** → [n, directions·hidden] */
  #pooled({ states, last }: RecurrentStates, lengths: Tensor): Tensor {
    if (this.#pool === 'last') return last.slice(0, -this.#directions).transpose([1, 0, 2]).flatten(1)
    const [n, t] = states.shape as [number, number, number]
    const inside = iota(t)
      .reshape([1, t])
      .less(lengths.reshape([n, 1]))
      .cast('float32')
      .expandDims(2) // [n, t, 1]
    if (this.#pool === 'mean') return states.mul(inside).sum(1).div(lengths.maximum(1).cast('float32').expandDims(1))
    return states.mul(inside).add(inside.sub(1).mul(2)).max(1) // states are above -1, padding is -2
  }
}
