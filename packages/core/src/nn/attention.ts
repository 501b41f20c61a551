import { ShapeError } from '../errors.ts'
import { iota, type Tensor } from '../tensor/tensor.ts'
import { constant, param, uniform } from './init.ts'
import { Linear, linear } from './linear.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

export interface AttentionOptions {
  /** Whether a query sees only keys at its own place and before; default false. */
  causal?: boolean
  /** What may be seen: bool, true where a query sees a key, or float32 added to the scores. Broadcasts to [n, heads, tq, tk]. */
  mask?: Tensor
}

/** Which keys a query at the same or a later place may see. → bool [tq, tk] */
export function causalMask(tq: number, tk = tq): Tensor {
  return iota(tk).reshape([1, tk]).greater(iota(tq).add(tk - tq).reshape([tq, 1])).not()
}

/** A number that leaves nothing after softmax, yet stays finite when every key is hidden. */
const hidden = -1e9

/**
 * Scaled dot-product attention: softmax(q·kᵀ/√d + mask)·v.
 *
 * q: [..., tq, d], k: [..., tk, d], v: [..., tk, e] → [..., tq, e]. Vaswani et al., "Attention Is All You Need", 2017.
 * @example
 * attention(q, k, v, { causal: true })
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, { causal = false, mask }: AttentionOptions = {}): Tensor {
  let scores = q.mul(1 / Math.sqrt(q.shape.at(-1)!)).matmul(k, { transposeB: true })
  const additive = (m: Tensor) => (m.dtype === 'bool' ? m.not().cast('float32').mul(hidden) : m)
  if (causal) scores = scores.add(additive(causalMask(q.shape.at(-2)!, k.shape.at(-2)!)))
  if (mask) scores = scores.add(additive(mask))
  return scores.softmax().matmul(v)
}

/**
 * Several attentions side by side, each on its own part of the channels, with projections before and after.
 *
 * query: [n, tq, e], key and value: [n, tk, e] → [n, tq, e]. Parameters as in PyTorch: in_proj_weight [3·e, e] and
 * in_proj_bias [3·e] (queries, keys, values), out_proj. Vaswani et al., "Attention Is All You Need", 2017.
 * @example
 * const layer = new MultiHeadAttention(128, 4)
 * layer.forward(x, { causal: true })           // self-attention
 * layer.forward(x, { key: memory })            // cross-attention
 */
export class MultiHeadAttention extends Module {
  readonly inProjWeight: Param
  readonly inProjBias: Param
  readonly outProj: Linear

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
  ) {
    super()
    if (embedDim % numHeads) throw new ShapeError(`MultiHeadAttention: embedDim ${embedDim} does not divide into ${numHeads} heads`)
    this.inProjWeight = param([3 * embedDim, embedDim], uniform(Math.sqrt(6 / (4 * embedDim))))
    this.inProjBias = param([3 * embedDim], constant(0))
    this.outProj = new Linear(embedDim, embedDim)
    this.outProj.bias!.value = this.outProj.bias!.value.zerosLike()
  }

  forward(query: Tensor, { key = query, value = key, ...options }: AttentionOptions & { key?: Tensor; value?: Tensor } = {}): Tensor {
    for (const t of [query, key, value]) if (t.shape.length !== 3 || t.shape[2] !== this.embedDim) throw new ShapeError(`MultiHeadAttention: inputs must be [n, t, embedDim ${this.embedDim}], got [${t.shape}]`)
    const [q, k, v] = this.#project(query, key, value)
    const heads = attention(q, k, v, options) // [n, heads, tq, d]
    return this.outProj.forward(heads.transpose([0, 2, 1, 3]).reshape(query.shape))
  }

  /** Each [n, heads, t, d]. */
  #project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const [e, d] = [this.embedDim, this.embedDim / this.numHeads]
    const [weight, bias] = [this.inProjWeight.value, this.inProjBias.value]
    if (key === query && value === query) {
      const [n, t] = query.shape as [number, number]
      const all = linear(query, weight, bias).reshape([n, t, 3, this.numHeads, d]).transpose([2, 0, 3, 1, 4])
      return all.split(3, 0).map(x => x.squeeze(0)) as [Tensor, Tensor, Tensor]
    }
    const part = (x: Tensor, i: number) =>
      linear(x, weight.slice(0, i * e, (i + 1) * e), bias.slice(0, i * e, (i + 1) * e)).reshape([x.shape[0]!, x.shape[1]!, this.numHeads, d]).transpose([0, 2, 1, 3])
    return [part(query, 0), part(key, 1), part(value, 2)]
  }
}
