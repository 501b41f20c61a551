import { RangeError } from '../errors.ts'
import { multiplyLimbs, squaresKey, squaresRounds } from './squares.ts'

/** What is needed to go on with a stream of host random numbers: `new HostRng(seed, stream, draw)`. */
export interface HostRngState {
  readonly seed: number
  readonly stream: number
  /** How many 32-bit words were drawn so far. */
  readonly draw: number
}

/**
 * Random numbers on the host, for data and shuffling: word n of a stream is `squares32(n, squaresKey(seed, stream))`.
 *
 * `seed`: an integer, |seed| < 2⁵³; `stream`: 0 … 2³² − 1, streams of one seed are independent; `draw`: words to skip, by default none.
 *
 * @throws RangeError when an argument is no such integer.
 *
 * @example
 * const rng = new HostRng(7)
 * const order = rng.permutation(10)
 * const { seed, stream, draw } = rng.state()
 * const again = new HostRng(seed, stream, draw) // goes on where rng stands
 */
export class HostRng {
  readonly #seed: number
  readonly #stream: number
  readonly #keyLo: number
  readonly #keyHi: number
  #draw: number
  /** draw · key, kept by addition. */
  #yLo: number
  #yHi: number

  constructor(seed: number, stream = 0, draw = 0) {
    if (!Number.isSafeInteger(draw) || draw < 0)
      throw new RangeError(`HostRng: draw must be an integer between 0 and 2^53 - 1, got ${draw}. Pass the draw of a state().`)
    this.#seed = seed
    this.#stream = stream
    const key = squaresKey(seed, stream)
    ;[this.#keyLo, this.#keyHi] = key
    this.#draw = draw
    ;[this.#yLo, this.#yHi] = multiplyLimbs([draw >>> 0, Math.floor(draw / 2 ** 32)], key)
  }

  /** An integer from 0 to 2³² − 1. */
  uint32(): number {
    const word = squaresRounds(this.#yLo, this.#yHi, this.#keyLo, this.#keyHi)
    const lo = (this.#yLo + this.#keyLo) >>> 0
    this.#yHi = (this.#yHi + this.#keyHi + (lo < this.#keyLo ? 1 : 0)) >>> 0
    this.#yLo = lo
    this.#draw++
    return word
  }

  /** A number in [0, 1), a multiple of 2⁻²⁴. */
  uniform(): number {
    return (this.uint32() >>> 8) * 2 ** -24
  }

  /** A number of the standard normal distribution, by Box and Muller: √(−2 ln(1 − u)) · cos 2πv. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** An integer from 0 to `below` − 1, each as likely; `below`: 1 … 2³². @throws RangeError when it is not. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32)
      throw new RangeError(`HostRng.integer: below must be an integer between 1 and 2^32, got ${below}.`)
    // Words past the last whole multiple would favour small results.
    const whole = 2 ** 32 - (2 ** 32 % below)
    let word = this.uint32()
    while (word >= whole) word = this.uint32()
    return word % below
  }

  /** The integers 0 … n − 1 in random order, every order as likely (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const last = order[i]!
      order[i] = order[j]!
      order[j] = last
    }
    return order
  }

  /** Where the stream stands. */
  state(): HostRngState {
    return { seed: this.#seed, stream: this.#stream, draw: this.#draw }
  }
}
