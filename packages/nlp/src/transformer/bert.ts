import {
  attention,
  constant,
  Dropout,
  Embedding,
  gelu,
  iota,
  LayerNorm,
  Linear,
  Module,
  normal,
  param,
  RangeError,
  ShapeError,
  type Param,
  type Tensor,
} from '@portolan/core'
import { checkCounts, checkTokens, textMean } from '../classify/text-options.ts'

/** Options of `Bert`. Defaults are those of bert-base-uncased. */
export interface BertOptions {
  /** How many different tokens there are; default 30,522. */
  vocabSize?: number
  /** The token that fills short texts up; default 0. */
  padding?: number
  /** How many tokens it can see; default 512. */
  context?: number
  /** Channels of a token; default 768. */
  dim?: number
  /** Default 12. */
  layers?: number
  /** Default 12; they divide dim. */
  heads?: number
  /** Width between the two linear layers of a layer; default 4·dim. */
  feedForward?: number
  /** How many kinds of segments there are; default 2. */
  segments?: number
  /** In training, of the tokens, the attention weights and what each part adds, 0 ≤ p < 1; default 0.1. */
  dropout?: number
}

const epsilon = 1e-12

/** A linear layer as BERT begins: weights from N(0, 0.02²), biases 0. */
function dense(from: number, to: number): Linear {
  const layer = new Linear(from, to, { init: normal(0.02) })
  layer.bias!.value = layer.bias!.value.zerosLike()
  return layer
}

class Embeddings extends Module {
  readonly wordEmbeddings: Embedding
  readonly positionEmbeddings: Embedding
  readonly tokenTypeEmbeddings: Embedding
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout
  constructor({ vocabSize, padding, context, segments, dim, dropout }: Required<BertOptions>) {
    super()
    const init = normal(0.02)
    this.wordEmbeddings = new Embedding(vocabSize, dim, { paddingIdx: padding, init })
    this.positionEmbeddings = new Embedding(context, dim, { init })
    this.tokenTypeEmbeddings = new Embedding(segments, dim, { init })
    this.LayerNorm = new LayerNorm(dim, { epsilon })
    this.dropout = new Dropout(dropout)
  }
  forward(ids: Tensor, segments: Tensor): Tensor {
    const places = this.positionEmbeddings.forward(iota(ids.shape[1]!)) // [t, dim]
    const x = this.wordEmbeddings.forward(ids).add(this.tokenTypeEmbeddings.forward(segments)).add(places)
    return this.dropout.forward(this.LayerNorm.forward(x))
  }
}

/** norm(x + dropout(dense(y))) */
class Output extends Module {
  readonly dense: Linear
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout
  constructor(from: number, dim: number, dropout: number) {
    super()
    this.dense = dense(from, dim)
    this.LayerNorm = new LayerNorm(dim, { epsilon })
    this.dropout = new Dropout(dropout)
  }
  forward(y: Tensor, x: Tensor): Tensor {
    return this.LayerNorm.forward(this.dropout.forward(this.dense.forward(y)).add(x))
  }
}

class SelfAttention extends Module {
  readonly query: Linear
  readonly key: Linear
  readonly value: Linear
  readonly dropout: Dropout
  readonly #heads: number
  constructor({ dim, heads, dropout }: Required<BertOptions>) {
    super()
    this.query = dense(dim, dim)
    this.key = dense(dim, dim)
    this.value = dense(dim, dim)
    this.dropout = new Dropout(dropout)
    this.#heads = heads
  }
  /** x: [n, t, dim], mask: bool [n, 1, 1, t] → [n, t, dim] */
  forward(x: Tensor, mask: Tensor): Tensor {
    const [n, t, dim] = x.shape as [number, number, number]
    const heads = (layer: Linear): Tensor =>
      layer
        .forward(x)
        .reshape([n, t, this.#heads, dim / this.#heads])
        .transpose([0, 2, 1, 3])
    const y = attention(heads(this.query), heads(this.key), heads(this.value), { mask, through: w => this.dropout.forward(w) })
    return y.transpose([0, 2, 1, 3]).reshape([n, t, dim])
  }
}

class Layer extends Module {
  readonly attention: { readonly self: SelfAttention; readonly output: Output }
  readonly intermediate: { readonly dense: Linear }
  readonly output: Output
  constructor(options: Required<BertOptions>) {
    super()
    const { dim, feedForward, dropout } = options
    this.attention = { self: new SelfAttention(options), output: new Output(dim, dim, dropout) }
    this.intermediate = { dense: dense(dim, feedForward) }
    this.output = new Output(feedForward, dim, dropout)
  }
  forward(x: Tensor, mask: Tensor): Tensor {
    const attended = this.attention.output.forward(this.attention.self.forward(x, mask), x)
    return this.output.forward(gelu(this.intermediate.dense.forward(attended)), attended)
  }
}

/**
 * BERT's encoder: every token with all the others around it.
 *
 * ids: int32 [n, t], t ≤ context, short texts filled up at their end; segments: int32 [n, t], default 0 everywhere → [n, t, dim].
 * Parameters have Hugging Face's names: embeddings.word_embeddings, encoder.layer.0.attention.self.query, …
 * Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2018.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t] or too many.
 * @example
 * new Bert({ dim: 128, layers: 2, heads: 2 }).forward(ids)   // [n, t, 128]
 */
export class Bert extends Module {
  readonly embeddings: Embeddings
  readonly encoder: { readonly layer: readonly Layer[] }
  readonly dim: number
  readonly vocabSize: number
  readonly #context: number
  readonly #padding: number

  constructor(options: BertOptions = {}) {
    super()
    const { vocabSize = 30_522, padding = 0, context = 512, dim = 768, layers = 12, heads = 12, segments = 2, dropout = 0.1 } = options
    const { feedForward = 4 * dim } = options
    checkCounts('Bert', { vocabSize, context, dim, layers, heads, feedForward, segments })
    if (dim % heads) throw new RangeError(`Bert: dim ${dim} must divide into heads, got ${heads} of them`)
    const all = { vocabSize, padding, context, dim, layers, heads, feedForward, segments, dropout }
    this.embeddings = new Embeddings(all)
    this.encoder = { layer: Array.from({ length: layers }, () => new Layer(all)) }
    this.dim = dim
    this.vocabSize = vocabSize
    this.#context = context
    this.#padding = padding
  }

  /** ids: int32 [n, t], t ≤ context, segments: int32 [n, t], default 0 everywhere → [n, t, dim] */
  forward(ids: Tensor, segments: Tensor = ids.zerosLike()): Tensor {
    const [n, t] = checkTokens('Bert', ids)
    if (t > this.#context)
      throw new ShapeError(`Bert: it sees at most ${this.#context} tokens, got [${ids.shape}]. Cut them, or pass context.`)
    const mask = ids.notEqual(this.#padding).reshape([n, 1, 1, t])
    return this.encoder.layer.reduce((x, layer) => layer.forward(x, mask), this.embeddings.forward(ids, segments))
  }
}

/** What the last layer of masked-language modelling does before the scores. */
class Transform extends Module {
  readonly dense: Linear
  readonly LayerNorm: LayerNorm
  constructor(dim: number) {
    super()
    this.dense = dense(dim, dim)
    this.LayerNorm = new LayerNorm(dim, { epsilon })
  }
  forward(x: Tensor): Tensor {
    return this.LayerNorm.forward(gelu(this.dense.forward(x)))
  }
}

/**
 * BERT that tells which tokens were hidden: logits = transform(bert(ids))·wordsᵀ + bias. See `maskTokens`.
 *
 * ids: int32 [n, t] → logits [n, t, vocabSize]; with places, int32 [n, k] in 0 … t − 1, only there: [n, k, vocabSize], in much less time.
 * Parameters: bert, cls.predictions.transform, cls.predictions.bias; the table of the tokens is shared.
 * Devlin et al., 2018, section 3.1.
 * @example
 * crossEntropy(new BertForMaskedLM(options).forward(ids), labels, { ignoreIndex: -100 })
 */
export class BertForMaskedLM extends Module {
  readonly bert: Bert
  readonly cls: { readonly predictions: { readonly transform: Transform; readonly bias: Param } }
  constructor(options: BertOptions = {}) {
    super()
    this.bert = new Bert(options)
    this.cls = { predictions: { transform: new Transform(this.bert.dim), bias: param([this.bert.vocabSize], constant(0)) } }
  }
  /** ids: int32 [n, t] → logits [n, t, vocabSize]; with places, int32 [n, k] → [n, k, vocabSize] */
  forward(ids: Tensor, segments?: Tensor, places?: Tensor): Tensor {
    const { transform, bias } = this.cls.predictions
    const words = this.bert.embeddings.wordEmbeddings.weight.value
    const all = this.bert.forward(ids, segments) // [n, t, dim]
    const [n, t, dim] = all.shape as [number, number, number]
    const rows = places?.add(iota(n).mul(t).reshape([n, 1])) // of n·t
    const asked = rows ? all.reshape([n * t, dim]).gather(rows) : all
    return transform.forward(asked).matmul(words, { transposeB: true }).add(bias.value)
  }
}

/**
 * BERT that classifies texts: classifier(tanh(pooler(h))), where h is bert(ids)₀, the first token's (pooling 'first', as published), or
 * the mean of all that are not padding (pooling 'mean').
 *
 * ids: int32 [n, t], the first one [CLS] → class scores [n, classes]. Parameters: bert, bert.pooler, classifier.
 * After pretraining: `load(classifier, weights(masked), { strict: false })`. Devlin et al., 2018, section 4.1.
 * @throws RangeError unless classes is a whole number of at least 1.
 * @example
 * new BertForSequenceClassification({ classes: 2, dim: 128, layers: 2, heads: 2 }).forward(ids)
 */
export class BertForSequenceClassification extends Module {
  readonly bert: Bert & { pooler: { readonly dense: Linear } }
  readonly dropout: Dropout
  readonly classifier: Linear
  readonly #pooling: 'first' | 'mean'
  readonly #padding: number
  constructor({ classes, pooling = 'first', ...options }: BertOptions & { classes: number; pooling?: 'first' | 'mean' }) {
    super()
    checkCounts('BertForSequenceClassification', { classes })
    this.#pooling = pooling
    this.#padding = options.padding ?? 0
    const bert = new Bert(options)
    this.bert = Object.assign(bert, { pooler: { dense: dense(bert.dim, bert.dim) } })
    this.dropout = new Dropout(options.dropout ?? 0.1)
    this.classifier = dense(bert.dim, classes)
  }
  /** ids: int32 [n, t] → class scores [n, classes] */
  forward(ids: Tensor, segments?: Tensor): Tensor {
    const all = this.bert.forward(ids, segments) // [n, t, dim]
    const pooled = this.#pooling === 'first' ? all.slice(1, 0, 1).squeeze(1) : textMean(all, ids, this.#padding) // [n, dim]
    return this.classifier.forward(this.dropout.forward(this.bert.pooler.dense.forward(pooled).tanh()))
  }
}

/**
 * Our names of a BERT file of Hugging Face, for `loadWeights(model, file, { names: bertNames })`: old ones too (`gamma`, `beta`); place
 * numbers, the tied decoder and next-sentence prediction are left out. For a model without a pooler pass `name => /pooler/.test(name) ? undefined : bertNames(name)`.
 */
export function bertNames(name: string): string | undefined {
  if (/position_ids$|cls\.predictions\.decoder\.|^cls\.seq_relationship\./.test(name)) return undefined
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias')
}
