import { RangeError } from '../errors.ts'
import { HostRng } from '../random/host-rng.ts'
import { squaresKey } from '../random/squares.ts'
import type { Shape } from '../tensor/spec.ts'
import { apply, concrete, tensor, type Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'
import { RngState } from './variable.ts'

/**
 * A stream of random tensors: the same numbers from the same seed, on every engine, eager or compiled. Its state is a
 * Variable, so a compiled step carries it along and a checkpoint holds it.
 *
 * The generator is Squares (Widynski, "Squares: A Fast Counter-Based RNG", 2020).
 * @example
 * const rng = new Rng(7)
 * const noise = rng.normal([64, 100])
 */
export class Rng extends Module {
  readonly state: RngState
  constructor(seed: number, stream = 0) {
    super()
    const [low, high] = squaresKey(seed, stream)
    this.state = new RngState(concrete([3], i => [low | 0, high | 0, 0][i]!, 'int32'))
  }

  /** Integers in [0, 2^bits), 1 ≤ bits ≤ 31. → int32 */
  bits(shape: Shape, bits = 31): Tensor {
    if (!Number.isInteger(bits) || bits < 1 || bits > 31)
      throw new RangeError(`Rng.bits: bits must be an integer from 1 to 31, got ${bits}`)
    const now = this.state.value
    this.state.value = now.add(tensor([0, 0, 1], [3], 'int32'))
    return apply('randomBits', [now], { shape: [...shape], bits })[0]!
  }
  /** Evenly spread over [0, 1), multiples of 2⁻²⁴. → float32 */
  uniform(shape: Shape): Tensor {
    return this.bits(shape, 24)
      .cast('float32')
      .mul(2 ** -24)
  }
  /** Mean 0, variance 1, by Box and Muller: √(−2 ln(1 − u)) · cos 2πv. → float32 */
  normal(shape: Shape): Tensor {
    const radius = this.uniform(shape).neg().add(1).log().mul(-2).sqrt()
    return radius.mul(
      this.uniform(shape)
        .mul(2 * Math.PI)
        .cos(),
    )
  }
  /** Holds with probability p in [0, 1]. → bool */
  bernoulli(p: number, shape: Shape): Tensor {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Rng.bernoulli: p must be in [0, 1], got ${p}`)
    return this.uniform(shape).less(p)
  }
  /** Integers from 0 to `below` − 1, 1 ≤ below < 2³¹: remainders of 31 bits, so that no two probabilities differ by more than 2⁻³¹. → int32 */
  integers(below: number, shape: Shape): Tensor {
    if (!Number.isInteger(below) || below < 1 || below >= 2 ** 31)
      throw new RangeError(`Rng.integers: below must be an integer from 1 to 2^31 - 1, got ${below}`)
    return this.bits(shape).mod(below)
  }
  /** Which of n classes: class i with probability eˡⁱ / Σ eˡ, by the largest of the logits l with Gumbel noise −log(−log u). logits: [..., n] → int32 [...] */
  categorical(logits: Tensor): Tensor {
    const u = this.bits(logits.shape, 23)
      .cast('float32')
      .add(0.5)
      .mul(2 ** -23) // never 0 or 1
    return logits.add(u.log().neg().log().neg()).argMax(-1)
  }
  /** The integers 0 … n − 1 in random order. → int32 [n] */
  permutation(n: number): Tensor {
    return this.bits([n]).argSort()
  }
}

let ambient = { host: new HostRng(0), device: new Rng(0, 1) }

/**
 * Starts a run: layers made from here on draw their initial weights, and their random numbers while training, from
 * streams of this seed. One seed, one result.
 * @example
 * seed(42)
 * const model = new LeNet()
 */
export function seed(n: number): void {
  ambient = { host: new HostRng(n), device: new Rng(n, 1) }
}

/** The stream that a layer takes when it is given none: that of the last `seed`. */
export const defaultRng = (): Rng => ambient.device
/** The host numbers that initial weights come from. */
export const initialRng = (): HostRng => ambient.host
