import { Dropout, Embedding, Module, normal, SinusoidalPositions, stack, Transformer, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens } from '../classify/text-options.ts'
import type { Translator, TranslatorOptions } from './translator.ts'

/** Options of `TransformerTranslator`. */
export interface TransformerTranslatorOptions extends TranslatorOptions {
  /** Channels of a token; default 256. */
  dim?: number
  /** Default 4; they divide dim. */
  heads?: number
  /** Layers of the encoder, and as many of the decoder; default 3. */
  layers?: number
  /** Width between the two linear layers of a layer; default 4·dim. */
  feedForward?: number
  /** Whether each part's input is normalized rather than its sum; default true, which needs no warm-up to learn. */
  normFirst?: boolean
  /** In training, 0 ≤ p < 1; default 0.1. */
  dropout?: number
}

/**
 * Translates with a Transformer: logits = out(decoder(√dim·y + places, encoder(√dim·x + places))). The last layer uses the table of the
 * target's tokens: out.weight = target_embedding.weight.
 *
 * source: int32 [n, s], target: int32 [n, t], sentences filled up at their end → logits [n, t, targetSize], at each place those of the
 * next token. Parameters: source_embedding, target_embedding, transformer.encoder, transformer.decoder. Vaswani et al., "Attention Is All You Need", 2017.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * const model = new TransformerTranslator({ sourceSize: 8000, targetSize: 8000 })
 * crossEntropy(model.forward(source, target.slice(1, 0, -1)), target.slice(1, 1), { ignoreIndex: 0, labelSmoothing: 0.1 })
 */
export class TransformerTranslator extends Module implements Translator {
  readonly sourceEmbedding: Embedding
  readonly targetEmbedding: Embedding
  readonly transformer: Transformer
  readonly positions: SinusoidalPositions
  readonly targetPositions: SinusoidalPositions
  readonly dropout: Dropout
  readonly #padding: number
  readonly #scale: number

  constructor(options: TransformerTranslatorOptions) {
    super()
    const {
      sourceSize,
      targetSize,
      padding = 0,
      dim = 256,
      heads = 4,
      layers = 3,
      feedForward = 4 * dim,
      normFirst = true,
      dropout = 0.1,
    } = options
    checkCounts('TransformerTranslator', { sourceSize, targetSize, dim, heads, layers, feedForward })
    const init = normal(1 / Math.sqrt(dim))
    this.sourceEmbedding = new Embedding(sourceSize, dim, { paddingIdx: padding, init })
    this.targetEmbedding = new Embedding(targetSize, dim, { paddingIdx: padding, init })
    this.transformer = new Transformer(dim, heads, { layers, feedForward, dropout, normFirst })
    this.positions = new SinusoidalPositions(dim)
    this.targetPositions = new SinusoidalPositions(dim)
    this.dropout = new Dropout(dropout)
    this.#padding = padding
    this.#scale = Math.sqrt(dim)
  }

  forward(source: Tensor, target: Tensor): Tensor {
    return this.#translate(source, target)
  }

  /** Scores, and how much each place of the target looks at each of the source: the mean of all heads of all layers. → logits [n, t, targetSize], attention [n, t, s] */
  forwardAll(source: Tensor, target: Tensor): { logits: Tensor; attention: Tensor } {
    const looks: Tensor[] = []
    const logits = this.#translate(source, target, weights => looks.push(weights))
    return { logits, attention: stack(looks, 0).mean([0, 2]) }
  }

  #translate(source: Tensor, target: Tensor, memorySeen?: (weights: Tensor) => void): Tensor {
    checkTokens('TransformerTranslator', source)
    checkTokens('TransformerTranslator', target)
    const placed = (table: Embedding, positions: SinusoidalPositions, ids: Tensor): Tensor =>
      this.dropout.forward(positions.forward(table.forward(ids).mul(this.#scale)))
    const y = this.transformer.forward(
      placed(this.sourceEmbedding, this.positions, source),
      placed(this.targetEmbedding, this.targetPositions, target),
      { memoryKeyMask: source.notEqual(this.#padding), ...(memorySeen && { memorySeen }) }, // the target's padding stands after all that may see it
    )
    return y.matmul(this.targetEmbedding.weight.value, { transposeB: true })
  }
}
