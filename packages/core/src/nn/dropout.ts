import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'
import { defaultRng, type Rng } from './rng.ts'

/** A probability of dropping. @throws RangeError unless 0 ≤ p < 1. */
export function checkDropout(name: string, p: number): number {
  if (!(p >= 0 && p < 1)) throw new RangeError(`${name}: p must be at least 0 and below 1, got ${p}`)
  return p
}

/** Zeroes with probability p, once for every number of `shape`, and divides what stays by 1 − p; `shape` broadcasts to that of x. */
export function dropout(x: Tensor, p: number, rng: Rng, shape: readonly number[] = x.shape): Tensor {
  if (p === 0) return x
  const keep = rng
    .uniform(shape)
    .less(1 - p)
    .cast('float32')
  return x.mul(keep.mul(1 / (1 - p)))
}

/**
 * In training, zeroes each number with probability p and divides the others by 1 − p: x·keep/(1 − p). Otherwise it does nothing.
 *
 * x: [...] → same. p: 0 ≤ p < 1. The random stream is that of `seed` unless given.
 * Srivastava et al., "Dropout", 2014. PyTorch: Dropout; Keras: Dropout.
 * @throws RangeError unless 0 ≤ p < 1.
 * @example
 * new Dropout(0.5).forward(ones([4]))          // about half of them 2
 */
export class Dropout extends Module {
  readonly rng: Rng
  constructor(
    readonly p: number,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    checkDropout('Dropout', p)
    this.rng = rng
  }
  /** x: [...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.p, this.rng) : x
  }
}

/**
 * In training, zeroes whole samples with probability p and divides the others by 1 − p: x·keepₙ/(1 − p). Otherwise it does nothing.
 * Beside a residual connection, that skips the block.
 *
 * x: [n, ...] → same. p: 0 ≤ p < 1. Huang et al., "Deep Networks with Stochastic Depth", 2016. PyTorch: - (torchvision's StochasticDepth); Keras: -.
 * @throws RangeError unless 0 ≤ p < 1.
 * @example
 * x.add(new DropPath(0.1).forward(block.forward(x)))
 */
export class DropPath extends Module {
  readonly rng: Rng
  constructor(
    readonly p: number,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    checkDropout('DropPath', p)
    this.rng = rng
  }
  /** x: [n, ...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    return this.training
      ? dropout(
          x,
          this.p,
          this.rng,
          x.shape.map((d, axis) => (axis ? 1 : d)),
        )
      : x
  }
}
