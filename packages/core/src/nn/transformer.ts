import { range } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Activation } from './activation.ts'
import type { AttentionMasks } from './attention.ts'
import { Dropout } from './dropout.ts'
import { LayerNorm } from './layer-norm.ts'
import { Linear } from './linear.ts'
import { Module } from './module.ts'
import { MultiHeadAttention } from './multi-head-attention.ts'
import type { RotaryEmbedding } from './rotary-embedding.ts'

/** Options of layers of Transformers. */
export interface TransformerLayerOptions {
  /** Width between the two linear layers; default 2048. */
  feedForward?: number
  /** In training, of attention weights and of what each part adds, 0 ≤ p < 1; default 0.1. */
  dropout?: number
  /** Between the two linear layers; default ReLU. */
  activation?: Activation
  /** Whether each part's input is normalized, x + f(norm(x)), instead of its sum, norm(x + f(x)); default false. */
  normFirst?: boolean
  /** Of the norms; default 1e-5. */
  epsilon?: number
  /** Of all linear layers; default true. */
  bias?: boolean
  /** See `MultiHeadAttention`. */
  numKvHeads?: number
  /** Turns queries and keys of the self-attention; its d is dim / heads. */
  rotary?: RotaryEmbedding
}

/** What an encoder may not look at. */
export interface EncoderMasks extends AttentionMasks {
  /** bool [n, t], true where a place may be seen. */
  keyMask?: Tensor
}

/** What a decoder may not look at, in its own sequence and in the memory. */
export interface DecoderMasks extends EncoderMasks {
  /** bool or float32, broadcasts to [n, heads, t, s]. */
  memoryMask?: Tensor
  /** bool [n, s], true where a place of the memory may be seen. */
  memoryKeyMask?: Tensor
  /** Is told by each layer how each place looks at the memory, [n, heads, t, s], before dropout. */
  memorySeen?: (weights: Tensor) => void
}

/** What encoder and decoder layers share: how a part is joined to its input, and the last part. */
abstract class TransformerLayer extends Module {
  abstract readonly linear1: Linear
  abstract readonly linear2: Linear
  readonly dropout: Dropout
  readonly #activation: Activation
  readonly #normFirst: boolean

  constructor({ dropout = 0.1, activation = x => x.relu(), normFirst = false }: TransformerLayerOptions) {
    super()
    this.dropout = new Dropout(dropout)
    this.#activation = activation
    this.#normFirst = normFirst
  }

  /** A part with its residual connection and norm. */
  protected residual(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    if (this.#normFirst) return x.add(this.dropout.forward(part(norm.forward(x))))
    return norm.forward(x.add(this.dropout.forward(part(x))))
  }

  /** What comes behind attention: W₂·dropout(f(W₁·x + b₁)) + b₂. x: [n, t, dim] → same */
  protected readonly feed = (x: Tensor): Tensor => this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x))))
}

/** The parts of a layer, made as its options say. */
function parts(
  dim: number,
  heads: number,
  { feedForward = 2048, dropout = 0.1, epsilon = 1e-5, bias = true, numKvHeads = heads, rotary }: TransformerLayerOptions,
) {
  return {
    attention: (self: boolean) => new MultiHeadAttention(dim, heads, { bias, dropout, numKvHeads, ...(self && rotary && { rotary }) }),
    linear1: () => new Linear(dim, feedForward, { bias }),
    linear2: () => new Linear(feedForward, dim, { bias }),
    norm: () => new LayerNorm(dim, { epsilon }),
  }
}

/**
 * Self-attention, then two linear layers, each with a residual connection and a norm: x ← norm1(x + attention(x)),
 * x ← norm2(x + W₂·f(W₁·x + b₁) + b₂); with normFirst: x ← x + attention(norm1(x)), and so on.
 *
 * x: [n, t, dim] → same. Parameters: self_attn, linear1, linear2, norm1, norm2.
 * Vaswani et al., "Attention Is All You Need", 2017. PyTorch: TransformerEncoderLayer; Keras: -.
 * @example
 * new TransformerEncoderLayer(128, 4, { feedForward: 512 }).forward(x, { keyMask })
 */
export class TransformerEncoderLayer extends TransformerLayer {
  readonly selfAttn: MultiHeadAttention
  readonly linear1: Linear
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  constructor(dim: number, heads: number, options: TransformerLayerOptions = {}) {
    super(options)
    const make = parts(dim, heads, options)
    this.selfAttn = make.attention(true)
    this.linear1 = make.linear1()
    this.linear2 = make.linear2()
    this.norm1 = make.norm()
    this.norm2 = make.norm()
  }
  /** x: [n, t, dim] → same */
  forward(x: Tensor, masks: EncoderMasks = {}): Tensor {
    const attended = this.residual(x, this.norm1, t => this.selfAttn.forward(t, masks))
    return this.residual(attended, this.norm2, this.feed)
  }
}

/**
 * Self-attention, attention to the memory of an encoder, then two linear layers, each with a residual connection and a norm:
 * x ← norm1(x + attention(x)), x ← norm2(x + attention(x, memory)), x ← norm3(x + W₂·f(W₁·x + b₁) + b₂).
 *
 * x: [n, t, dim], memory: [n, s, dim] → [n, t, dim]. The self-attention is causal unless told otherwise.
 * Parameters: self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3.
 * Vaswani et al., "Attention Is All You Need", 2017. PyTorch: TransformerDecoderLayer; Keras: -.
 * @example
 * new TransformerDecoderLayer(128, 4).forward(target, memory, { memoryKeyMask })
 */
export class TransformerDecoderLayer extends TransformerLayer {
  readonly selfAttn: MultiHeadAttention
  readonly multiheadAttn: MultiHeadAttention
  readonly linear1: Linear
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly norm3: LayerNorm
  constructor(dim: number, heads: number, options: TransformerLayerOptions = {}) {
    super(options)
    const make = parts(dim, heads, options)
    this.selfAttn = make.attention(true)
    this.multiheadAttn = make.attention(false)
    this.linear1 = make.linear1()
    this.linear2 = make.linear2()
    this.norm1 = make.norm()
    this.norm2 = make.norm()
    this.norm3 = make.norm()
  }
  /** x: [n, t, dim], memory: [n, s, dim] → [n, t, dim] */
  forward(x: Tensor, memory: Tensor, { memoryMask, memoryKeyMask, memorySeen, causal = true, ...masks }: DecoderMasks = {}): Tensor {
    const toMemory = {
      key: memory,
      ...(memoryMask && { mask: memoryMask }),
      ...(memoryKeyMask && { keyMask: memoryKeyMask }),
      ...(memorySeen && { seen: memorySeen }),
    }
    const attended = this.residual(x, this.norm1, t => this.selfAttn.forward(t, { causal, ...masks }))
    const joined = this.residual(attended, this.norm2, t => this.multiheadAttn.forward(t, toMemory))
    return this.residual(joined, this.norm3, this.feed)
  }
}

/** Options of a whole `Transformer` and of its halves. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** How many layers; default 6. */
  layers?: number
  /** Whether a last norm follows; default: that of normFirst. */
  norm?: boolean
}

/**
 * A stack of `TransformerEncoderLayer` and maybe a last norm: norm(layerₖ(… layer₀(x))).
 *
 * x: [n, t, dim] → same. Parameters: layers.0, layers.1, …, norm. Vaswani et al., "Attention Is All You Need", 2017. PyTorch: TransformerEncoder; Keras: -.
 * @example
 * new TransformerEncoder(128, 4, { layers: 6, feedForward: 512 }).forward(x, { causal: true })
 */
export class TransformerEncoder extends Module {
  readonly layers: readonly TransformerEncoderLayer[]
  readonly norm: LayerNorm | undefined
  constructor(dim: number, heads: number, { layers = 6, norm, ...options }: TransformerOptions = {}) {
    super()
    this.layers = range(layers).map(() => new TransformerEncoderLayer(dim, heads, options))
    this.norm = (norm ?? options.normFirst) ? new LayerNorm(dim, { epsilon: options.epsilon ?? 1e-5 }) : undefined
  }
  /** x: [n, t, dim] → same */
  forward(x: Tensor, masks: EncoderMasks = {}): Tensor {
    const y = this.layers.reduce((h, layer) => layer.forward(h, masks), x)
    return this.norm?.forward(y) ?? y
  }
}

/**
 * A stack of `TransformerDecoderLayer` and maybe a last norm: norm(layerₖ(… layer₀(x, memory), memory)).
 *
 * x: [n, t, dim], memory: [n, s, dim] → [n, t, dim]. Parameters: layers.0, layers.1, …, norm.
 * Vaswani et al., "Attention Is All You Need", 2017. PyTorch: TransformerDecoder; Keras: -.
 * @example
 * new TransformerDecoder(128, 4, { layers: 6 }).forward(target, memory)
 */
export class TransformerDecoder extends Module {
  readonly layers: readonly TransformerDecoderLayer[]
  readonly norm: LayerNorm | undefined
  constructor(dim: number, heads: number, { layers = 6, norm, ...options }: TransformerOptions = {}) {
    super()
    this.layers = range(layers).map(() => new TransformerDecoderLayer(dim, heads, options))
    this.norm = (norm ?? options.normFirst) ? new LayerNorm(dim, { epsilon: options.epsilon ?? 1e-5 }) : undefined
  }
  /** x: [n, t, dim], memory: [n, s, dim] → [n, t, dim] */
  forward(x: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const y = this.layers.reduce((h, layer) => layer.forward(h, memory, masks), x)
    return this.norm?.forward(y) ?? y
  }
}

/**
 * An encoder and a decoder that attends to it: decoder(target, encoder(source)).
 *
 * source: [n, s, dim], target: [n, t, dim] → [n, t, dim]. layers: default 6 of each. Parameters: encoder, decoder, each with a last norm.
 * Vaswani et al., "Attention Is All You Need", 2017. PyTorch: Transformer; Keras: -.
 * @example
 * new Transformer(128, 4, { layers: 2 }).forward(source, target, { memoryKeyMask })
 */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder
  readonly decoder: TransformerDecoder
  constructor(dim: number, heads: number, options: TransformerOptions = {}) {
    super()
    this.encoder = new TransformerEncoder(dim, heads, { norm: true, ...options })
    this.decoder = new TransformerDecoder(dim, heads, { norm: true, ...options })
  }
  /** memoryKeyMask: bool [n, s], true where the source may be seen, by its own places too. */
  forward(source: Tensor, target: Tensor, masks: DecoderMasks = {}): Tensor {
    const memory = this.encoder.forward(source, { ...(masks.memoryKeyMask && { keyMask: masks.memoryKeyMask }) })
    return this.decoder.forward(target, memory, masks)
  }
}
