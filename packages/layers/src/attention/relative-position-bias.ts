import { Embedding, Module, RangeError, tensor, type Tensor } from '@portolan/core'

/** Options of `RelativePositionBias`. */
export interface RelativePositionOptions {
  /** How many distances are told apart; default 32. */
  buckets?: number
  /** From here on they are not; default 128. */
  maxDistance?: number
  /** Whether a key after the query is another matter than one before; false: it counts as distance 0. Default true. */
  bidirectional?: boolean
}

/**
 * An additive mask that depends on how far query and key are apart, and is learned: biasₕ[bucket(j − i)].
 *
 * t: places of queries, keys: default as many → [heads, t, keys]. Small distances have buckets of their own, larger ones share
 * them, on a logarithmic scale. Parameter: relative_attention_bias [buckets, heads]. Raffel et al., "Exploring the Limits of Transfer Learning with T5", 2019. PyTorch: -; Keras: -.
 * @throws RangeError if the buckets are too few.
 * @example
 * const bias = new RelativePositionBias(8)
 * attention.forward(x, { mask: bias.forward(x.shape[1]!) })
 */
export class RelativePositionBias extends Module {
  readonly relativeAttentionBias: Embedding
  readonly #buckets: number
  readonly #maxDistance: number
  readonly #bidirectional: boolean
  constructor(heads: number, { buckets = 32, maxDistance = 128, bidirectional = true }: RelativePositionOptions = {}) {
    super()
    if (!Number.isInteger(buckets) || buckets < 4 || buckets % 4)
      throw new RangeError(`RelativePositionBias: buckets must be a multiple of 4, got ${buckets}`)
    this.relativeAttentionBias = new Embedding(buckets, heads)
    this.#buckets = buckets
    this.#maxDistance = maxDistance
    this.#bidirectional = bidirectional
  }

  /** t: places of the queries, keys: of the keys, default as many → [heads, t, keys] */
  forward(t: number, { keys = t }: { keys?: number } = {}): Tensor {
    const places = Int32Array.from({ length: t * keys }, (_, i) => this.#bucket((i % keys) - Math.floor(i / keys)))
    return this.relativeAttentionBias.forward(tensor(places, [t, keys])).transpose([2, 0, 1])
  }

  /** Of a key so many places after the query. */
  #bucket(offset: number): number {
    const half = this.#bidirectional ? this.#buckets / 2 : this.#buckets
    const first = this.#bidirectional && offset > 0 ? half : 0
    const distance = this.#bidirectional ? Math.abs(offset) : Math.max(0, -offset)
    const exact = half / 2
    if (distance < exact) return first + distance
    const far = exact + Math.floor((Math.log2(distance / exact) / Math.log2(this.#maxDistance / exact)) * (half - exact))
    return first + Math.min(half - 1, far)
  }
}
