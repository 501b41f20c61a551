import { concrete, RangeError, type Tensor } from '@portolan/core'

/** How fast each head forgets: 2^(−8i/heads), for heads that are no power of two those of the next smaller, then every second of the next larger. */
function slopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads))
  const geometric = (n: number): number[] => Array.from({ length: n }, (_, i) => 2 ** ((-8 * (i + 1)) / n))
  if (power === heads) return geometric(heads)
  return [
    ...geometric(power),
    ...geometric(2 * power)
      .filter((_, i) => i % 2 === 0)
      .slice(0, heads - power),
  ]
}

/**
 * What takes the place of position embeddings as an additive mask: −slopeₕ·|i − j| for a query at i and a key at j.
 *
 * t: places of queries, keys: default as many, the last of both at the same place → [heads, t, keys].
 * Press et al., "Train Short, Test Long: Attention with Linear Biases", 2021. PyTorch: -; Keras: -.
 * @throws RangeError if heads is not an integer ≥ 1.
 * @example
 * attention.forward(x, { causal: true, mask: alibi(8, x.shape[1]!) })
 */
export function alibi(heads: number, t: number, { keys = t }: { keys?: number } = {}): Tensor {
  if (!Number.isInteger(heads) || heads < 1) throw new RangeError(`alibi: heads must be an integer of at least 1, got ${heads}`)
  const slope = slopes(heads)
  return concrete([heads, t, keys], i => {
    const [query, key] = [(Math.floor(i / keys) % t) + keys - t, i % keys]
    return -slope[Math.floor(i / (t * keys))]! * Math.abs(query - key)
  })
}
