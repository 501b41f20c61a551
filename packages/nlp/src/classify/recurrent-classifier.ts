import { Dropout, Embedding, Linear, Module, type Tensor } from '@portolan/core'
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
  /** In training, of the tokens, between the layers and before the last one, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/** Classifies a text by the last state of recurrent layers that read it. */
export abstract class RecurrentClassifier extends Module {
  readonly embedding: Embedding
  readonly fc: Linear
  readonly dropout: Dropout
  readonly #padding: number
  readonly #directions: number

  constructor({
    vocabSize,
    classes,
    padding = 0,
    dim = 128,
    hidden = 128,
    layers = 2,
    bidirectional = false,
    dropout = 0,
  }: RecurrentClassifierOptions) {
    super()
    checkCounts(new.target.name, { vocabSize, classes, dim, hidden, layers })
    this.embedding = new Embedding(vocabSize, dim, { paddingIdx: padding })
    this.#directions = bidirectional ? 2 : 1
    this.fc = new Linear(hidden * this.#directions, classes)
    this.dropout = new Dropout(dropout)
    this.#padding = padding
  }

  /** x: [n, t, dim], lengths: int32 [n] → the last states [layers·directions, n, hidden] */
  protected abstract read(x: Tensor, lengths: Tensor): Tensor

  /** ids: int32 [n, t] → class scores [n, classes] */
  forward(ids: Tensor): Tensor {
    checkTokens(this.constructor.name, ids)
    const x = this.dropout.forward(this.embedding.forward(ids)) // [n, t, dim]
    const states = this.read(x, textLengths(ids, this.#padding))
    const last = states.slice(0, -this.#directions).transpose([1, 0, 2]).flatten(1) // [n, directions·hidden]
    return this.fc.forward(this.dropout.forward(last))
  }
}
