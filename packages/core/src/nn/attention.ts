import { iota, type Tensor } from '../tensor/tensor.ts'

/** Which keys each query may see. */
export interface AttentionMasks {
  /** Whether a query sees only keys at its own place and before; default false. */
  causal?: boolean
  /** bool, true where a query sees a key, or float32 added to the scores. Broadcasts to [n, heads, tq, tk]. */
  mask?: Tensor
}

/** Options of `attention`. */
export interface AttentionOptions extends AttentionMasks {
  /** What the weights go through before they meet the values: dropout, say. */
  through?: (weights: Tensor) => Tensor
}

/** Which keys a query at the same or a later place may see. → bool [tq, tk] */
export function causalMask(tq: number, tk = tq): Tensor {
  return iota(tk)
    .reshape([1, tk])
    .greater(
      iota(tq)
        .add(tk - tq)
        .reshape([tq, 1]),
    )
    .not()
}

/** A number that leaves nothing after softmax, yet stays finite when every key is hidden. */
const hidden = -1e9

/** A mask as what is added to the scores. */
export const additiveMask = (mask: Tensor): Tensor => (mask.dtype === 'bool' ? mask.not().cast('float32').mul(hidden) : mask)

/**
 * Scaled dot-product attention: softmax(q·kᵀ/√d + mask)·v. Where every key is hidden, all count alike.
 *
 * q: [..., tq, d], k: [..., tk, d], v: [..., tk, e] → [..., tq, e]. Vaswani et al., "Attention Is All You Need", 2017.
 * @example
 * attention(q, k, v, { causal: true })
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { causal = false, mask, through = weights => weights }: AttentionOptions = {},
): Tensor {
  let scores = q.mul(1 / Math.sqrt(q.shape.at(-1)!)).matmul(k, { transposeB: true })
  if (causal) scores = scores.add(additiveMask(causalMask(q.shape.at(-2)!, k.shape.at(-2)!)))
  if (mask) scores = scores.add(additiveMask(mask))
  return through(scores.softmax()).matmul(v)
}
