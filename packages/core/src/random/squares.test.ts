import { describe, expect, it } from 'vitest'
import { RangeError } from '../errors.ts'
import { multiplyLimbs, squares32, squaresKey, squaresWords } from './squares.ts'

type Limbs = [lo: number, hi: number]
const limbs = (x: bigint): Limbs => [Number(x & 0xffffffffn), Number(x >> 32n)]
const joined = ([lo, hi]: readonly [number, number]): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
const low64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const swap = (x: bigint): bigint => low64((x >> 32n) | (x << 32n))

/** The paper's squares32, in 64-bit arithmetic. */
function reference(counter: bigint, key: bigint): number {
  const y = low64(counter * key)
  const z = low64(y + key)
  let x = swap(low64(y * y + y))
  x = swap(low64(x * x + z))
  x = swap(low64(x * x + y))
  return Number(low64(x * x + z) >> 32n)
}

describe('squares32', () => {
  // Words 0 … 3, and 1998 and 1999, of the two test sets squares-32-testset-{1,2}.csv of the Python package randomgen.
  it('gives the published words', () => {
    expect([0, 1, 2, 3].map(i => squares32([i, 0], limbs(0x3bc8bca4d301945bn)))).toEqual([0x5167ea8b, 0x0e03102b, 0xe59f61d7, 0x943ac4d0])
    expect([1998, 1999].map(i => squares32([i, 0], limbs(0x32d1638d0d582acfn)))).toEqual([0x1b91977a, 0xda71af52])
  })

  it('equals 64-bit arithmetic on counters and keys of every size', () => {
    const words = squaresWords(squaresKey(2, 0), 0, 4000)
    const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]
    const limb = (i: number): number => (i % 5 === 0 ? edges[i % edges.length]! : words[i]!)
    for (let i = 0; i < 4000; i += 4) {
      const counter: Limbs = [limb(i), limb(i + 1)]
      const key: Limbs = [limb(i + 2), limb(i + 3)]
      expect(joined(multiplyLimbs(counter, key))).toBe(low64(joined(counter) * joined(key)))
      expect(squares32(counter, key)).toBe(reference(joined(counter), joined(key)))
    }
  })

  it('takes limbs as int32 too', () => {
    expect(squares32([-1, -2], [0x8765432f | 0, 5])).toBe(squares32([0xffffffff, 0xfffffffe], [0x8765432f, 5]))
  })
})

describe('squaresWords', () => {
  it.each([0, 1, 0x7fffffff, 0xffffffff, -1])('counts from draw %i · 2^32', draw => {
    const key = squaresKey(3, 4)
    const start = BigInt(draw >>> 0) << 32n
    expect([...squaresWords(key, draw, 100)]).toEqual(Array.from({ length: 100 }, (_, i) => reference(start + BigInt(i), joined(key))))
  })

  it('has each bit set half of the time, alone and together with the same bit of the next word and the next draw', () => {
    const n = 100_000
    const key = squaresKey(0, 0)
    const now = squaresWords(key, 0, n + 1)
    const later = squaresWords(key, 1, n)
    const deviations: number[] = []
    for (let bit = 0; bit < 32; bit++) {
      let ones = 0
      let nextEqual = 0
      let laterEqual = 0
      for (let i = 0; i < n; i++) {
        const b = (now[i]! >>> bit) & 1
        ones += b
        nextEqual += b ^ ((now[i + 1]! >>> bit) & 1)
        laterEqual += b ^ ((later[i]! >>> bit) & 1)
      }
      for (const count of [ones, nextEqual, laterEqual]) deviations.push(Math.abs(count - n / 2) / Math.sqrt(n / 4))
    }
    expect(Math.max(...deviations)).toBeLessThan(4.5) // 96 standard normals pass 4.5 once in 1,500 seeds
  })
})

describe('squaresKey', () => {
  // From a Python program of the same definition; mix(γ) in it is 0xe220a8397b1dcdaf, the well-known first word of SplitMix64 from seed 0.
  it.each([
    [0, 0, '0x793a82ed6d15b28f'],
    [1, 0, '0xa64d1c282c9b816d'],
    [0, 1, '0x698753fdaf71532d'],
    [-1, 7, '0xdc5a629e825a74df'],
    [2 ** 53 - 1, 2 ** 32 - 1, '0x1d79e53b5c3b9127'],
  ])('of seed %i and stream %i is %s', (seed, stream, key) => {
    expect(`0x${joined(squaresKey(seed, stream)).toString(16)}`).toBe(key)
  })

  it('is odd, has no zero digit, eight different digits in each half, and no equal neighbours', () => {
    for (let seed = -500; seed < 500; seed++) {
      for (const [s, stream] of [
        [seed, 0],
        [seed * 2 ** 43, 1],
        [7, seed + 500],
      ] as const) {
        const text = joined(squaresKey(s, stream)).toString(16)
        expect(text).toMatch(/^[1-9a-f]{15}[13579bdf]$/)
        expect([new Set(text.slice(0, 8)).size, new Set(text.slice(8)).size]).toEqual([8, 8])
        expect(text).not.toMatch(/(.)\1/)
      }
    }
  })

  it('differs between seeds and between streams', () => {
    const keys = new Set<bigint>()
    for (let seed = 0; seed < 100; seed++) for (let stream = 0; stream < 100; stream++) keys.add(joined(squaresKey(seed, stream)))
    expect(keys.size).toBe(10_000)
  })

  it('refuses what is no integer of its range', () => {
    for (const seed of [0.5, NaN, Infinity, 2 ** 53]) expect(() => squaresKey(seed, 0)).toThrow(RangeError)
    for (const stream of [-1, 0.5, NaN, 2 ** 32])
      expect(() => squaresKey(0, stream)).toThrow(/stream must be an integer between 0 and 2\^32 - 1, got/)
  })
})
