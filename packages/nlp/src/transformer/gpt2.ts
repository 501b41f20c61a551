import {
  attention,
  concat,
  constant,
  Dropout,
  Embedding,
  gelu,
  LayerNorm,
  Module,
  normal,
  param,
  RangeError,
  ShapeError,
  zeros,
  type Initializer,
  type Param,
  type Tensor,
} from '@portolan/core'
import { checkCounts, checkTokens } from '../classify/text-options.ts'
import type { Stepwise } from '../generate/stepwise.ts'

/** Options of `GPT2`. Defaults are those of the smallest published model. */
export interface GPT2Options {
  /** How many different tokens there are; default 50,257. */
  vocabSize?: number
  /** How many tokens it can see; default 1024. */
  context?: number
  /** Channels of a token; default 768. */
  dim?: number
  /** Default 12. */
  layers?: number
  /** Default 12; they divide dim. */
  heads?: number
  /** Width between the two linear layers of a block; default 4·dim. */
  feedForward?: number
  /** In training, of the tokens, the attention weights and what each part adds, 0 ≤ p < 1; default 0.1. */
  dropout?: number
}

/** A linear layer as GPT-2 lays it out: y = x·W + b. Parameters: weight [in, out], bias [out]. */
class Conv1D extends Module {
  readonly weight: Param
  readonly bias: Param
  constructor(from: number, to: number, init: Initializer) {
    super()
    this.weight = param([from, to], init)
    this.bias = param([to], constant(0))
  }
  forward(x: Tensor): Tensor {
    return x.matmul(this.weight.value).add(this.bias.value)
  }
}

/** Self-attention that sees what came before, and that of an earlier call. */
class Attention extends Module {
  readonly cAttn: Conv1D
  readonly cProj: Conv1D
  readonly dropout: Dropout
  readonly #heads: number
  constructor(dim: number, heads: number, dropout: number, init: Initializer, projection: Initializer) {
    super()
    this.cAttn = new Conv1D(dim, 3 * dim, init)
    this.cProj = new Conv1D(dim, dim, projection)
    this.dropout = new Dropout(dropout)
    this.#heads = heads
  }
  /** x: [n, t, dim], past: [1, 2, n, heads, p, d] → [n, t, dim], present [1, 2, n, heads, p + t, d] */
  forward(x: Tensor, past?: Tensor): { y: Tensor; present: Tensor } {
    const [n, t, dim] = x.shape as [number, number, number]
    const heads = [n, this.#heads, -1, dim / this.#heads]
    const parts = this.cAttn
      .forward(x)
      .reshape([1, n, t, 3, this.#heads, dim / this.#heads])
      .transpose([0, 3, 1, 4, 2, 5])
    const query = parts.slice(1, 0, 1).reshape(heads) // [n, heads, t, d]
    // joined before it is reshaped: a file cannot reshape a past of no places
    const present = past ? concat([past, parts.slice(1, 1)], 4) : parts.slice(1, 1)
    const [key, value] = present.split(2, 1).map(p => p.reshape(heads)) as [Tensor, Tensor]
    // one token sees everything before it
    const seen = attention(query, key, value, { causal: t > 1, through: w => this.dropout.forward(w) })
    return { y: this.dropout.forward(this.cProj.forward(seen.transpose([0, 2, 1, 3]).reshape([n, t, dim]))), present }
  }
}

class MLP extends Module {
  readonly cFc: Conv1D
  readonly cProj: Conv1D
  readonly dropout: Dropout
  constructor(dim: number, feedForward: number, dropout: number, init: Initializer, projection: Initializer) {
    super()
    this.cFc = new Conv1D(dim, feedForward, init)
    this.cProj = new Conv1D(feedForward, dim, projection)
    this.dropout = new Dropout(dropout)
  }
  forward(x: Tensor): Tensor {
    return this.dropout.forward(this.cProj.forward(gelu(this.cFc.forward(x), { approximate: 'tanh' })))
  }
}

class Block extends Module {
  readonly ln_1: LayerNorm
  readonly attn: Attention
  readonly ln_2: LayerNorm
  readonly mlp: MLP
  constructor(dim: number, heads: number, feedForward: number, dropout: number, init: Initializer, projection: Initializer) {
    super()
    this.ln_1 = new LayerNorm(dim)
    this.attn = new Attention(dim, heads, dropout, init, projection)
    this.ln_2 = new LayerNorm(dim)
    this.mlp = new MLP(dim, feedForward, dropout, init, projection)
  }
  forward(x: Tensor, past?: Tensor): { y: Tensor; present: Tensor } {
    const { y, present } = this.attn.forward(this.ln_1.forward(x), past)
    const attended = x.add(y)
    return { y: attended.add(this.mlp.forward(this.ln_2.forward(attended))), present }
  }
}

/**
 * GPT-2: a Transformer that tells what comes next, from tokens of any kind, characters too. The scores use the table of the tokens:
 * logits = ln_f(blocks(wte[ids] + wpe[place]))·wteᵀ.
 *
 * ids: int32 [n, t], t ≤ context → logits [n, t, vocabSize], at each place those of the next token. Parameters have Hugging Face's names
 * and layouts: wte, wpe, h.0.ln_1, h.0.attn.c_attn [in, out], …, ln_f; 124,439,808 numbers by default, those of `gpt2`.
 * Initial weights: N(0, 0.02²), what is added to the residual by 1/√(2·layers) smaller.
 * Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t] or too many.
 * @example
 * const tiny = new GPT2({ vocabSize: 65, context: 256, dim: 128, layers: 4, heads: 4 })
 * crossEntropy(tiny.forward(ids), next)
 * await loadWeights(new GPT2(), 'gpt2/model.safetensors', { names: gpt2Names })
 */
export class GPT2 extends Module implements Stepwise {
  readonly wte: Embedding
  readonly wpe: Embedding
  readonly h: readonly Block[]
  readonly lnF: LayerNorm
  readonly dropout: Dropout
  readonly vocabSize: number
  readonly context: number
  readonly #past: readonly [layers: number, heads: number, d: number]

  constructor(options: GPT2Options = {}) {
    super()
    const { vocabSize = 50_257, context = 1024, dim = 768, layers = 12, heads = 12, feedForward = 4 * dim, dropout = 0.1 } = options
    checkCounts('GPT2', { vocabSize, context, dim, layers, heads, feedForward })
    if (dim % heads) throw new RangeError(`GPT2: dim ${dim} must divide into heads, got ${heads} of them`)
    const init = normal(0.02)
    const projection = normal(0.02 / Math.sqrt(2 * layers))
    this.wte = new Embedding(vocabSize, dim, { init })
    this.wpe = new Embedding(context, dim, { init })
    this.h = Array.from({ length: layers }, () => new Block(dim, heads, feedForward, dropout, init, projection))
    this.lnF = new LayerNorm(dim)
    this.dropout = new Dropout(dropout)
    this.vocabSize = vocabSize
    this.context = context
    this.#past = [layers, heads, dim / heads]
  }

  /**
   * ids: int32 [n, t], t ≤ context → logits [n, t, vocabSize].
   * @throws ShapeError for longer texts.
   */
  forward(ids: Tensor): Tensor {
    const [, t] = checkTokens('GPT2', ids)
    if (t > this.context)
      throw new ShapeError(`GPT2: it sees at most ${this.context} tokens, got [${ids.shape}]. Cut them, or pass context.`)
    const x = this.dropout.forward(this.wte.forward(ids).add(this.wpe.weight.value.slice(0, 0, t)))
    return this.#scores(this.h.reduce((h, block) => block.forward(h).y, x))
  }

  /** Keys and values of every layer. → float32 [layers, 2, n, heads, 0, d] */
  emptyPast(n: number): Tensor {
    const [layers, heads, d] = this.#past
    return zeros([layers, 2, n, heads, 0, d])
  }

  /** ids: int32 [n, 1], past: [layers, 2, n, heads, p, d], position: int32 [1] → logits [n, vocabSize], present [layers, 2, n, heads, p + 1, d] */
  step(ids: Tensor, past: Tensor, position: Tensor): { logits: Tensor; present: Tensor } {
    let x = this.wte.forward(ids).add(this.wpe.forward(position))
    const kept: Tensor[] = []
    for (const [i, block] of this.h.entries()) {
      const { y, present } = block.forward(x, past.slice(0, i, i + 1))
      x = y
      kept.push(present)
    }
    return { logits: this.#scores(x).squeeze(1), present: concat(kept) }
  }

  /** [n, t, dim] → [n, t, vocabSize] */
  #scores(x: Tensor): Tensor {
    return this.lnF.forward(x).matmul(this.wte.weight.value, { transposeB: true })
  }
}

/**
 * Our names of a GPT-2 file of Hugging Face, for `loadWeights(model, file, { names: gpt2Names })`: with or without `transformer.`; masks
 * and the tied `lm_head.weight` are left out.
 */
export function gpt2Names(name: string): string | undefined {
  const path = name.replace(/^transformer\./, '')
  return path === 'lm_head.weight' || /^h\.\d+\.attn\.(bias|masked_bias)$/.test(path) ? undefined : path
}
