import { concat, Dropout, Embedding, Linear, LSTM, LSTMCell, Module, RangeError, scan, type LSTMState, type Tensor } from '@portolan/core'
import { checkCounts, checkTokens, textLengths } from '../classify/text-options.ts'
import type { Translator, TranslatorOptions } from './translator.ts'

/** Options of `AttentionTranslator`. */
export interface AttentionTranslatorOptions extends TranslatorOptions {
  /**
   * How the decoder looks at the source. 'luong': after each step, with the scores hᵀ·W·e ("general"), all steps at once;
   * 'bahdanau': before it, with v·tanh(W·h + U·e), and what it sees goes into the step. Default 'luong'.
   */
  attention?: 'luong' | 'bahdanau'
  /** Channels of a token; default 256. */
  dim?: number
  /** Channels of the decoder, and of both directions of the encoder together; even; default 512. */
  hidden?: number
  /** In training, of the tokens and before the last layer, 0 ≤ p < 1; default 0.2. */
  dropout?: number
}

const never = -1e9

/**
 * Translates with an LSTM that reads the source from both ends, and one that writes, looking at every word of the source.
 * With eₛ what was read and hₜ the state of the writer: cₜ = Σₛ softmax(score(hₜ, eₛ))·eₛ, logits = out(tanh(combine[cₜ, hₜ])).
 *
 * source: int32 [n, s], target: int32 [n, t], sentences filled up at their end → logits [n, t, targetSize], at each place those of the
 * next token. Parameters: source_embedding, target_embedding, encoder, bridge, decoder, key, (query, energy), combine, out.
 * Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate", 2014; Luong et al., "Effective Approaches to
 * Attention-based Neural Machine Translation", 2015 (the global kind, without input feeding).
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * const model = new AttentionTranslator({ sourceSize: 8000, targetSize: 8000 })
 * crossEntropy(model.forward(source, target.slice(1, 0, -1)), target.slice(1, 1), { ignoreIndex: 0 })
 */
export class AttentionTranslator extends Module implements Translator {
  readonly sourceEmbedding: Embedding
  readonly targetEmbedding: Embedding
  readonly encoder: LSTM
  readonly bridge: Linear
  readonly decoder: LSTM | LSTMCell
  readonly key: Linear
  readonly query: Linear | undefined
  readonly energy: Linear | undefined
  readonly combine: Linear
  readonly out: Linear
  readonly dropout: Dropout
  readonly #padding: number

  constructor(options: AttentionTranslatorOptions) {
    super()
    const { sourceSize, targetSize, padding = 0, attention = 'luong', dim = 256, hidden = 512, dropout = 0.2 } = options
    checkCounts('AttentionTranslator', { sourceSize, targetSize, dim, hidden })
    if (hidden % 2) throw new RangeError(`AttentionTranslator: hidden must be even, got ${hidden}`)
    if (attention !== 'luong' && attention !== 'bahdanau')
      throw new RangeError(`AttentionTranslator: attention must be 'luong' or 'bahdanau', got ${String(attention)}`)
    this.sourceEmbedding = new Embedding(sourceSize, dim, { paddingIdx: padding })
    this.targetEmbedding = new Embedding(targetSize, dim, { paddingIdx: padding })
    this.encoder = new LSTM(dim, hidden / 2, { bidirectional: true })
    this.bridge = new Linear(hidden, hidden)
    const looksFirst = attention === 'bahdanau'
    this.decoder = looksFirst ? new LSTMCell(dim + hidden, hidden) : new LSTM(dim, hidden)
    this.key = new Linear(hidden, hidden, { bias: false })
    this.query = looksFirst ? new Linear(hidden, hidden) : undefined
    this.energy = looksFirst ? new Linear(hidden, 1, { bias: false }) : undefined
    this.combine = new Linear(2 * hidden, hidden)
    this.out = new Linear(hidden, targetSize)
    this.dropout = new Dropout(dropout)
    this.#padding = padding
  }

  forward(source: Tensor, target: Tensor): Tensor {
    return this.forwardAll(source, target).logits
  }

  /** Scores, and how much each place of the target looks at each of the source. → logits [n, t, targetSize], attention [n, t, s] */
  forwardAll(source: Tensor, target: Tensor): { logits: Tensor; attention: Tensor } {
    const [n, s] = checkTokens('AttentionTranslator', source)
    checkTokens('AttentionTranslator', target)
    const lengths = textLengths(source, this.#padding)
    const [read, state] = this.encoder.forward(this.dropout.forward(this.sourceEmbedding.forward(source)), { lengths }) // [n, s, hidden]
    const joined = (x: Tensor): Tensor => x.transpose([1, 0, 2]).reshape([n, -1]) // both directions' last, [n, hidden]
    const start = { h: this.bridge.forward(joined(state.h)).tanh(), c: joined(state.c) }
    const bias = source.equal(this.#padding).cast('float32').mul(never) // [n, s]
    const x = this.dropout.forward(this.targetEmbedding.forward(target)) // [n, t, dim]
    const { states, seen, attention } =
      this.decoder instanceof LSTM ? this.#after(this.decoder, x, read, start, bias) : this.#before(this.decoder, x, read, start, bias, s)
    const y = this.combine.forward(concat([seen, states], -1)).tanh()
    return { logits: this.out.forward(this.dropout.forward(y)), attention }
  }

  #after(decoder: LSTM, x: Tensor, read: Tensor, { h, c }: LSTMState, bias: Tensor) {
    const [states] = decoder.forward(x, { state: { h: h.expandDims(0), c: c.expandDims(0) } }) // [n, t, hidden]
    const attention = states.matmul(this.key.forward(read), { transposeB: true }).add(bias.expandDims(1)).softmax() // [n, t, s]
    return { states, seen: attention.matmul(read), attention }
  }

  #before(decoder: LSTMCell, x: Tensor, read: Tensor, start: LSTMState, bias: Tensor, s: number) {
    const keys = this.key.forward(read) // [n, s, hidden]
    const [n, , hidden] = keys.shape as [number, number, number]
    const step = ({ h, c }: { h: Tensor; c: Tensor }, { word }: { word: Tensor }) => {
      const scores = this.energy!.forward(keys.add(this.query!.forward(h).reshape([n, 1, hidden])).tanh()).reshape([n, s])
      const attention = scores.add(bias).softmax() // [n, s]
      const seen = attention.expandDims(1).matmul(read).squeeze(1) // [n, hidden]
      const next = decoder.forward(concat([word, seen], 1), { h, c })
      return [next, { state: next.h, seen, attention }] as [typeof next, { state: Tensor; seen: Tensor; attention: Tensor }]
    }
    const [, all] = scan(step, { ...start }, { word: x.transpose([1, 0, 2]) })
    const first = (t: Tensor): Tensor => t.transpose([1, 0, 2])
    return { states: first(all.state), seen: first(all.seen), attention: first(all.attention) }
  }
}
