import { DTypeError, ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { attention, additiveMask, type AttentionMasks } from './attention.ts'
import { checkDropout, dropout } from './dropout.ts'
import { constant, param, xavierUniform } from './init.ts'
import { Linear, linear } from './linear.ts'
import { Module } from './module.ts'
import { defaultRng, type Rng } from './rng.ts'
import type { RotaryEmbedding } from './rotary-embedding.ts'
import type { Param } from './variable.ts'

/** Options of `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions {
  /** Heads of keys and values, each shared by numHeads / numKvHeads heads of queries; default numHeads. */
  numKvHeads?: number
  /** Channels of the keys; default embedDim. With another number each projection has a weight of its own, as in PyTorch. */
  keyDim?: number
  /** Channels of the values; default keyDim. */
  valueDim?: number
  /** Default true. */
  bias?: boolean
  /** Of the weights, in training, 0 ≤ p < 1; default 0. */
  dropout?: number
  /** Turns queries and keys by their places; its d is embedDim / numHeads. */
  rotary?: RotaryEmbedding
}

/** What is attended to beside the query, and what is hidden. */
export interface AttentionInputs extends AttentionMasks {
  /** Default: the queries. */
  key?: Tensor
  /** Default: the keys. */
  value?: Tensor
  /** bool [n, tk], true where a key may be seen: the opposite of PyTorch's key_padding_mask. */
  keyMask?: Tensor
  /** Is told the weights [n, heads, tq, tk], before dropout: where each query looks. */
  seen?: (weights: Tensor) => void
}

/**
 * Several attentions side by side, each on its own part of the channels, with projections before and after:
 * concat(softmax(qᵢ·kᵢᵀ/√d)·vᵢ)·W_outᵀ + b_out.
 *
 * query: [n, tq, e], key: [n, tk, keyDim], value: [n, tk, valueDim] → [n, tq, e]. Parameters: in_proj_weight [e + 2·kv·d, e] and
 * in_proj_bias (queries, keys, values; d = e / numHeads), or q_proj_weight, k_proj_weight and v_proj_weight; out_proj.
 * Vaswani et al., "Attention Is All You Need", 2017; groups: Ainslie et al., "GQA", 2023.
 * PyTorch: MultiheadAttention; Keras: MultiHeadAttention, GroupQueryAttention, Attention.
 * @throws ShapeError, DTypeError if an input or mask does not fit.
 * @example
 * const layer = new MultiHeadAttention(128, 4)
 * layer.forward(x, { causal: true })           // self-attention
 * layer.forward(x, { key: memory })            // cross-attention
 */
export class MultiHeadAttention extends Module {
  readonly inProjWeight: Param | undefined
  readonly qProjWeight: Param | undefined
  readonly kProjWeight: Param | undefined
  readonly vProjWeight: Param | undefined
  readonly inProjBias: Param | undefined
  readonly outProj: Linear
  /** Rows of the projections: queries, keys, values. */
  readonly #rows: readonly [number, number, number]
  readonly #columns: readonly [number, number, number]
  readonly #dropout: number
  readonly #rotary: RotaryEmbedding | undefined
  readonly rng: Rng = defaultRng()

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    { numKvHeads = numHeads, keyDim = embedDim, valueDim = keyDim, bias = true, dropout = 0, rotary }: MultiHeadAttentionOptions = {},
  ) {
    super()
    if (embedDim % numHeads) throw new ShapeError(`MultiHeadAttention: embedDim ${embedDim} does not divide into ${numHeads} heads`)
    if (numHeads % numKvHeads)
      throw new ShapeError(`MultiHeadAttention: ${numHeads} heads do not divide among ${numKvHeads} of keys and values`)
    const d = embedDim / numHeads
    if (rotary && rotary.d !== d)
      throw new ShapeError(`MultiHeadAttention: rotary must turn the ${d} channels of a head, it turns ${rotary.d}`)
    const [e, kv] = [embedDim, numKvHeads * d]
    this.#rows = [e, kv, kv]
    this.#columns = [e, keyDim, valueDim]
    this.#dropout = checkDropout('MultiHeadAttention', dropout)
    this.#rotary = rotary
    if (keyDim === e && valueDim === e) this.inProjWeight = param([e + 2 * kv, e], xavierUniform())
    else {
      this.qProjWeight = param([e, e], xavierUniform())
      this.kProjWeight = param([kv, keyDim], xavierUniform())
      this.vProjWeight = param([kv, valueDim], xavierUniform())
    }
    this.inProjBias = bias ? param([e + 2 * kv], constant(0)) : undefined
    this.outProj = new Linear(e, e, { bias })
    if (bias) this.outProj.bias!.value = this.outProj.bias!.value.zerosLike()
  }

  /** query: [n, tq, e], key: [n, tk, keyDim], value: [n, tk, valueDim], both default the query → [n, tq, e] */
  forward(query: Tensor, { key = query, value = key, keyMask, mask, causal = false, seen }: AttentionInputs = {}): Tensor {
    const inputs = [query, key, value] as const
    for (const [i, t] of inputs.entries())
      if (t.shape.length !== 3 || t.shape[2] !== this.#columns[i])
        throw new ShapeError(`MultiHeadAttention: ${['query', 'key', 'value'][i]} must be [n, t, ${this.#columns[i]}], got [${t.shape}]`)
    const [q, k, v] = this.#project(inputs)
    const turned = (t: Tensor): Tensor => this.#rotary?.forward(t) ?? t
    const through = (w: Tensor): Tensor => {
      seen?.(w)
      return this.training ? dropout(w, this.#dropout, this.rng) : w
    }
    const masks = [mask, keyMask && this.#checked(keyMask, key)].filter(m => m)
    const all = masks.length === 2 ? additiveMask(masks[0]!).add(additiveMask(masks[1]!)) : masks[0]
    const heads = attention(turned(q), this.#shared(turned(k)), this.#shared(v), { causal, through, ...(all && { mask: all }) }) // [n, heads, tq, d]
    return this.outProj.forward(heads.transpose([0, 2, 1, 3]).reshape(query.shape))
  }

  /** [n, tk] → [n, 1, 1, tk] */
  #checked(keyMask: Tensor, key: Tensor): Tensor {
    const [n, t] = key.shape as [number, number]
    if (keyMask.dtype !== 'bool')
      throw new DTypeError(`MultiHeadAttention: keyMask must be bool, got ${keyMask.dtype}. Compare: ids.notEqual(padding)`)
    if (!sameShape(keyMask.shape, [n, t]))
      throw new ShapeError(`MultiHeadAttention: keyMask must be [n, tk] = [${n},${t}], got [${keyMask.shape}]`)
    return keyMask.reshape([n, 1, 1, t])
  }

  /** [n, kv, t, d] → [n, heads, t, d] */
  #shared(x: Tensor): Tensor {
    const [n, kv, t, d] = x.shape as [number, number, number, number]
    const times = this.numHeads / kv
    return times === 1 ? x : x.expandDims(2).broadcastTo([n, kv, times, t, d]).reshape([n, this.numHeads, t, d])
  }

  /** [n, t, heads·d] → [n, heads, t, d] */
  #heads(x: Tensor): Tensor {
    const [n, t, rows] = x.shape as [number, number, number]
    const d = this.embedDim / this.numHeads
    return x.reshape([n, t, rows / d, d]).transpose([0, 2, 1, 3])
  }

  #project([query, key, value]: readonly [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
    const [weight, bias, rows] = [this.inProjWeight?.value, this.inProjBias?.value, this.#rows]
    if (weight && key === query && value === query) {
      const all = linear(query, weight, bias)
      if (rows[0] !== rows[1]) return all.split(rows).map(x => this.#heads(x)) as [Tensor, Tensor, Tensor]
      const [n, t] = query.shape as [number, number]
      const parts = all.reshape([n, t, 3, this.numHeads, rows[0] / this.numHeads]).transpose([2, 0, 3, 1, 4])
      return parts.split(3, 0).map(x => x.squeeze(0)) as [Tensor, Tensor, Tensor]
    }
    const biases = bias?.split(rows)
    const own = weight ? weight.split(rows, 0) : [this.qProjWeight!.value, this.kProjWeight!.value, this.vProjWeight!.value]
    return [query, key, value].map((x, i) => this.#heads(linear(x, own[i]!, biases?.[i]))) as [Tensor, Tensor, Tensor]
  }
}
