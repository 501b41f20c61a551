import { RangeError } from '../errors.ts'

/** An unsigned 64-bit word as two 32-bit limbs. */
export type Limbs = readonly [lo: number, hi: number]

/** The upper limb of a·b for 32-bit a and b, from products of 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLo = a & 0xffff
  const aHi = a >>> 16
  const bLo = b & 0xffff
  const bHi = b >>> 16
  const outer = (Math.imul(aHi, bLo) + (Math.imul(aLo, bLo) >>> 16)) | 0
  const inner = (Math.imul(aLo, bHi) + (outer & 0xffff)) | 0
  return (Math.imul(aHi, bHi) + (outer >>> 16) + (inner >>> 16)) | 0
}

/** a·b mod 2⁶⁴. */
export function multiplyLimbs([aLo, aHi]: Limbs, [bLo, bHi]: Limbs): [lo: number, hi: number] {
  return [Math.imul(aLo, bLo) >>> 0, (multiplyHigh(aLo, bLo) + Math.imul(aLo, bHi) + Math.imul(aHi, bLo)) >>> 0]
}

/** The word of y = counter·key. With z = y + key: x ← swap(x² + y), swap(x² + z), swap(x² + y), then the upper limb of x² + z. */
export function squaresRounds(yLo: number, yHi: number, keyLo: number, keyHi: number): number {
  const zLo = (yLo + keyLo) | 0
  const zHi = (yHi + keyHi + (zLo >>> 0 < yLo >>> 0 ? 1 : 0)) | 0
  let lo = yLo
  let hi = yHi
  for (let round = 0; ; round++) {
    const addLo = round & 1 ? zLo : yLo
    const low = (Math.imul(lo, lo) + addLo) | 0
    const carry = low >>> 0 < addLo >>> 0 ? 1 : 0
    const high = (multiplyHigh(lo, lo) + (Math.imul(lo, hi) << 1) + (round & 1 ? zHi : yHi) + carry) | 0
    if (round === 3) return high >>> 0
    lo = high
    hi = low
  }
}

/**
 * One word of the counter-based generator Squares: four rounds of squaring a 64-bit word, adding, and swapping its halves.
 *
 * `counter`, `key`: 64-bit words as `[lo, hi]`, each a uint32 (or the int32 of the same bits); the result is a uint32.
 *
 * B. Widynski, "Squares: A Fast Counter-Based RNG", arXiv:2004.06278 (2020).
 */
export function squares32(counter: Limbs, key: Limbs): number {
  const [yLo, yHi] = multiplyLimbs(counter, key)
  return squaresRounds(yLo, yHi, key[0], key[1])
}

/**
 * The words of one draw: element i has the counter draw·2³² + i.
 *
 * `draw`: a uint32 (or its int32); `n`: at most 2³². Returns uint32 `[n]`.
 *
 * @example
 * const words = squaresWords(squaresKey(7, 0), 0, 1000)
 */
export function squaresWords(key: Limbs, draw: number, n: number): Uint32Array {
  const words = new Uint32Array(n)
  const keyLo = key[0] | 0
  const keyHi = key[1] | 0
  let yLo = 0
  let yHi = Math.imul(draw, keyLo)
  for (let i = 0; i < n; i++) {
    words[i] = squaresRounds(yLo, yHi, keyLo, keyHi)
    yLo = (yLo + keyLo) | 0
    yHi = (yHi + keyHi + (yLo >>> 0 < keyLo >>> 0 ? 1 : 0)) | 0
  }
  return words
}

/** SplitMix64's finalizer (Steele, Lea and Flood 2014): a bijection of 64 bits in which every input bit moves every output bit. */
function mix(x: bigint): bigint {
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n)
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn)
  return x ^ (x >> 31n)
}

const golden = 0x9e3779b97f4a7c15n
const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]

/** Eight hexadecimal digits, none zero and none twice, as `choice` picks them in mixed radix; the lowest is one of `lowest`. */
function irregular(choice: number, lowest: readonly number[]): number {
  const left = [...digits]
  let limb = 0
  for (let shift = 0; shift < 32; shift += 4) {
    const pool = shift === 0 ? lowest : left
    const digit = pool[choice % pool.length]!
    choice = Math.floor(choice / pool.length)
    left.splice(left.indexOf(digit), 1)
    limb |= digit << shift
  }
  return limb >>> 0
}

/**
 * The key of a stream of random words: as irregular as the generator's paper asks for, whatever the seed.
 *
 * Seed and stream are hashed to 64 bits, mix(mix(seed + γ) + (stream + 1)·γ) with SplitMix64's mix and γ; these choose the sixteen
 * hexadecimal digits of the key so that each half has eight different digits other than 0, neighbours across the halves differ,
 * and the key is odd: about 2⁵⁵ keys.
 *
 * `seed`: an integer, |seed| < 2⁵³; `stream`: 0 … 2³² − 1. Returns `[lo, hi]`, uint32 each.
 *
 * @throws RangeError when the seed or the stream is no such integer.
 *
 * @example
 * const key = squaresKey(42, 0)
 */
export function squaresKey(seed: number, stream: number): [lo: number, hi: number] {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`squaresKey: seed must be an integer between -(2^53 - 1) and 2^53 - 1, got ${seed}. Round it: Math.trunc(seed).`)
  if (stream !== stream >>> 0)
    throw new RangeError(`squaresKey: stream must be an integer between 0 and 2^32 - 1, got ${stream}. Number the streams from 0.`)
  const hash = mix(BigInt.asUintN(64, mix(BigInt.asUintN(64, BigInt(seed) + golden)) + BigInt(stream + 1) * golden))
  const lo = irregular(
    Number(hash & 0xffffffffn),
    digits.filter(d => d % 2 === 1),
  )
  const hi = irregular(
    Number(hash >> 32n),
    digits.filter(d => d !== lo >>> 28),
  )
  return [lo, hi]
}
