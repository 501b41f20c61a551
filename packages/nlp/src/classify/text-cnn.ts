import { concat, Conv1d, Dropout, Embedding, iota, Linear, Module, uniform, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens, textLengths, type TextClassifierOptions } from './text-options.ts'

/** Options of `TextCNN`. */
export interface TextCNNOptions extends TextClassifierOptions {
  /** Channels of a token; default 300. */
  dim?: number
  /** How many tokens each filter sees; default 3, 4 and 5. */
  widths?: readonly number[]
  /** Filters of each width; default 100. */
  filters?: number
  /** In training, before the last layer, 0 ≤ p < 1; default 0.5. */
  dropout?: number
}

/**
 * Classifies texts by the strongest answer of each filter anywhere in them: fc(concatₖ maxₜ ReLU(convₖ(x))ₜ).
 *
 * ids: int32 [n, t], short texts filled up at their end → class scores [n, classes]. A filter may stand over the borders of a text, as
 * in the paper; where it sees padding alone it does not count, so that the scores do not depend on how much of it there is.
 * Parameters: embedding (random, U(±0.25), or set it from vectors of your own), convs, fc. The paper keeps each row of fc within length 3: `limitRows`.
 * Kim, "Convolutional Neural Networks for Sentence Classification", 2014.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * new TextCNN({ vocabSize: 20_000, classes: 2 }).forward(ids)
 */
export class TextCNN extends Module {
  readonly embedding: Embedding
  readonly convs: readonly Conv1d[]
  readonly dropout: Dropout
  readonly fc: Linear
  readonly #padding: number
  readonly #widths: readonly number[]

  constructor({ vocabSize, classes, padding = 0, dim = 300, widths = [3, 4, 5], filters = 100, dropout = 0.5 }: TextCNNOptions) {
    super()
    checkCounts('TextCNN', { vocabSize, classes, dim, filters, 'the number of widths': widths.length })
    for (const width of widths) checkCounts('TextCNN', { 'each width': width })
    this.embedding = new Embedding(vocabSize, dim, { paddingIdx: padding, init: uniform(0.25) })
    this.convs = widths.map(width => new Conv1d(dim, filters, width, { padding: width - 1 }))
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(widths.length * filters, classes)
    this.#padding = padding
    this.#widths = widths
  }

  /** ids: int32 [n, t] → class scores [n, classes] */
  forward(ids: Tensor): Tensor {
    const [n, t] = checkTokens('TextCNN', ids)
    const x = this.embedding.forward(ids).transpose([0, 2, 1]) // [n, dim, t]
    const lengths = textLengths(ids, this.#padding).reshape([n, 1, 1])
    const strongest = this.convs.map((conv, i) => {
      const more = this.#widths[i]! - 1
      const counts = iota(t + more).less(lengths.add(more)) // [n, 1, t + more]
      return counts.where(conv.forward(x).relu(), 0).max(2) // [n, filters]
    })
    return this.fc.forward(this.dropout.forward(concat(strongest, 1)))
  }
}
