import { HostRng, tensor, type Shape, type Tensor } from '@portolan/core'

/** Each tensor has a stream of its own: one test file always draws the same numbers. */
let streams = 0
const next = (): HostRng => new HostRng(7, streams++)
const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

export interface NoiseOptions {
  /** The numbers are in offset ± scale; default 1. */
  scale?: number
  /** Default 0. */
  offset?: number
}

/** Evenly spread numbers, multiples of 2⁻¹² so that adding a power of two such as 2⁻⁶ is exact. */
export function noise(shape: Shape, { scale = 1, offset = 0 }: NoiseOptions = {}): Tensor {
  const rng = next()
  const grid = (v: number): number => Math.round(v * 4096) / 4096
  return tensor(
    Float32Array.from({ length: size(shape) }, () => grid((2 * rng.uniform() - 1) * scale + offset)),
    shape,
  )
}

/** Integers in 0 … below − 1. */
export function ints(shape: Shape, below: number): Tensor {
  const rng = next()
  return tensor(
    Int32Array.from({ length: size(shape) }, () => rng.integer(below)),
    shape,
  )
}

/** Distinct numbers around 0, shuffled, `step` from each other and half of it from 0: no tie and no kink is near. */
export function apart(shape: Shape, step = 1 / 8): Tensor {
  const n = size(shape)
  const order = next().permutation(n)
  return tensor(
    Float32Array.from(order, k => (k - Math.floor(n / 2) + 0.5) * step),
    shape,
  )
}
