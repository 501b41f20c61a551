import { ShapeError } from '../errors.ts'
import { concrete, type Tensor } from '../tensor/tensor.ts'
import { normal, param, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** sin(m·θᵢ), cos(m·θᵢ) by turns, θᵢ = base^(−2i/d): one row for each place m. → [t, d] */
export function sinusoidalPositions(t: number, d: number, { base = 10_000 }: { base?: number } = {}): Tensor {
  return concrete([t, d], i => {
    const [place, c] = [Math.floor(i / d), i % d]
    const angle = place * base ** (-(c - (c % 2)) / d)
    return c % 2 ? Math.cos(angle) : Math.sin(angle)
  })
}

/**
 * Adds waves of growing length to each place: xₘ + (sin mθ₀, cos mθ₀, sin mθ₁, …), θᵢ = base^(−2i/d).
 *
 * x: [n, t, d] → same. base: default 10,000. No parameters. Vaswani et al., "Attention Is All You Need", 2017. PyTorch: -; Keras: -.
 * @example
 * new SinusoidalPositions(64).forward(tokens)
 */
export class SinusoidalPositions extends Module {
  readonly #base: number
  #table: Tensor | undefined
  constructor(
    readonly d: number,
    { base = 10_000 }: { base?: number } = {},
  ) {
    super()
    this.#base = base
  }
  /** x: [n, t, d] → same */
  forward(x: Tensor): Tensor {
    if (x.shape.length < 2 || x.shape.at(-1) !== this.d)
      throw new ShapeError(`SinusoidalPositions: the input must be [..., t, ${this.d}], got [${x.shape}]`)
    const t = x.shape.at(-2)!
    if (this.#table?.shape[0] !== t) this.#table = sinusoidalPositions(t, this.d, { base: this.#base })
    return x.add(this.#table)
  }
}

/**
 * Adds a row of its own to each place: xₘ + weightₘ.
 *
 * x: [n, t, d] → same, t ≤ count. Parameter: weight [count, d], drawn from N(0, 0.02²) unless `init` says otherwise.
 * Devlin et al., "BERT", 2018. PyTorch: -; Keras: -.
 * @throws ShapeError if the sequence is longer than count.
 * @example
 * new LearnedPositions(512, 64).forward(tokens)
 */
export class LearnedPositions extends Module {
  readonly weight: Param
  constructor(
    readonly count: number,
    d: number,
    { init = normal(0.02) }: { init?: Initializer } = {},
  ) {
    super()
    this.weight = param([count, d], init)
  }
  /** x: [n, t, d] → same, t ≤ count */
  forward(x: Tensor): Tensor {
    const t = x.shape.at(-2) ?? 0
    if (x.shape.length < 2 || t > this.count)
      throw new ShapeError(`LearnedPositions: the input must be [..., t, d] with t at most ${this.count}, got [${x.shape}]`)
    return x.add(this.weight.value.slice(0, 0, t))
  }
}
