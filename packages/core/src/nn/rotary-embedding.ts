import { ShapeError } from '../errors.ts'
import { concat, concrete, stack, type Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'

/** Options of `RotaryEmbedding`. */
export interface RotaryOptions {
  /** The slowest pair turns once in about 2π·base places; default 10,000. */
  base?: number
  /** Whether a pair are neighbours, as in the paper, or half of d apart, as in GPT-NeoX and Llama; default false. */
  interleaved?: boolean
}

/**
 * Turns pairs of channels by an angle that grows with the place, so that products of queries and keys know how far apart they are:
 * (a, b) → (a·cos mθᵢ − b·sin mθᵢ, b·cos mθᵢ + a·sin mθᵢ) at the place m, θᵢ = base^(−2i/d).
 *
 * x: [..., t, d] → same, d even. offset: the place of the first, default 0. No parameters.
 * Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021. PyTorch: -; Keras: -.
 * @throws ShapeError if d is odd or not that of the input.
 * @example
 * const rotary = new RotaryEmbedding(64)
 * const [q, k] = [rotary.forward(query), rotary.forward(key)]
 */
export class RotaryEmbedding extends Module {
  readonly #base: number
  readonly #interleaved: boolean
  /** The last one made: layers that share this share it. */
  #table: { cos: Tensor; sin: Tensor; offset: number } | undefined

  constructor(
    readonly d: number,
    { base = 10_000, interleaved = false }: RotaryOptions = {},
  ) {
    super()
    if (d % 2 || d < 2) throw new ShapeError(`RotaryEmbedding: d must be even, got ${d}`)
    this.#base = base
    this.#interleaved = interleaved
  }

  /** x: [..., t, d] → same; offset: the place of the first row, default 0 */
  forward(x: Tensor, { offset = 0 }: { offset?: number } = {}): Tensor {
    if (x.shape.length < 2 || x.shape.at(-1) !== this.d)
      throw new ShapeError(`RotaryEmbedding: the input must be [..., t, ${this.d}], got [${x.shape}]`)
    const { cos, sin } = this.#angles(x.shape.at(-2)!, offset)
    if (!this.#interleaved) {
      const [a, b] = x.split(2) as [Tensor, Tensor]
      return concat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1)
    }
    const [a, b] = x
      .reshape([...x.shape.slice(0, -1), this.d / 2, 2])
      .split(2)
      .map(t => t.squeeze(-1)) as [Tensor, Tensor]
    return stack([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1).reshape(x.shape)
  }

  /** Both [t, d / 2]. */
  #angles(t: number, offset: number): { cos: Tensor; sin: Tensor } {
    if (this.#table?.cos.shape[0] === t && this.#table.offset === offset) return this.#table
    const half = this.d / 2
    const angle = (i: number): number => (offset + Math.floor(i / half)) * this.#base ** (-(i % half) / half)
    this.#table = { cos: concrete([t, half], i => Math.cos(angle(i))), sin: concrete([t, half], i => Math.sin(angle(i))), offset }
    return this.#table
  }
}
