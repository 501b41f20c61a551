import { describe, expect, it } from 'vitest'
import { RangeError } from '../errors.ts'
import { HostRng } from './host-rng.ts'
import { squares32, squaresKey } from './squares.ts'

const many = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw)
/** Pearson's χ² of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const mean = counts.reduce((a, b) => a + b) / counts.length
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
}

describe('HostRng', () => {
  it('gives the words of its key in order', () => {
    const rng = new HostRng(5, 9)
    expect(many(100, () => rng.uint32())).toEqual(Array.from({ length: 100 }, (_, i) => squares32([i, 0], squaresKey(5, 9))))
  })

  it('goes on from a state, also past 2^32 words', () => {
    const rng = new HostRng(5, 9)
    many(17, () => rng.normal())
    const { seed, stream, draw } = rng.state()
    expect(draw).toBe(34)
    const again = new HostRng(seed, stream, draw)
    expect(many(20, () => again.uint32())).toEqual(many(20, () => rng.uint32()))
    const far = new HostRng(5, 9, 2 ** 32 - 1)
    expect([far.uint32(), far.uint32()]).toEqual([squares32([0xffffffff, 0], squaresKey(5, 9)), squares32([0, 1], squaresKey(5, 9))])
    expect(far.state().draw).toBe(2 ** 32 + 1)
  })

  it('has uniform numbers of mean 1/2 and variance 1/12, in steps of 2^-24', () => {
    const rng = new HostRng(1)
    const xs = many(100_000, () => rng.uniform())
    const mean = xs.reduce((a, b) => a + b) / xs.length
    const variance = xs.reduce((a, x) => a + (x - mean) ** 2, 0) / xs.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / xs.length))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / xs.length))
    expect(xs.every(x => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true)
  })

  it('has normal numbers with the moments 0, 1, 0, 3', () => {
    const rng = new HostRng(2)
    const xs = many(100_000, () => rng.normal())
    const moment = (k: number): number => xs.reduce((a, x) => a + x ** k, 0) / xs.length
    // Standard errors of the first four moments: √(1, 2, 15, 96) / √n.
    const within = [0, 1, 0, 3].map((expected, k) => Math.abs(moment(k + 1) - expected) / Math.sqrt([1, 2, 15, 96][k]! / xs.length))
    expect(Math.max(...within)).toBeLessThan(4)
  })

  it('has integers without the bias of a remainder', () => {
    const rng = new HostRng(3)
    const below = 3 * 2 ** 30 // a plain remainder would hit the first third twice as often
    const counts = [0, 0, 0]
    many(30_000, () => counts[Math.floor(rng.integer(below) / 2 ** 30)]!++)
    expect(chiSquare(counts)).toBeLessThan(13.8) // 0.1 % point of χ² with 2 degrees of freedom
    expect(many(1000, () => rng.integer(1)).every(x => x === 0)).toBe(true)
    expect(new Set(many(200, () => rng.integer(7)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
  })

  it('permutes with every order as likely', () => {
    const rng = new HostRng(4)
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = rng.permutation(4).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    expect(chiSquare([...counts.values()])).toBeLessThan(49.7) // 0.1 % point, 23 degrees of freedom
    expect([...rng.permutation(1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect([rng.permutation(0).length, rng.permutation(1)[0]]).toEqual([0, 0])
  })

  it('refuses arguments outside their ranges', () => {
    for (const draw of [-1, 0.5, NaN]) expect(() => new HostRng(0, 0, draw)).toThrow(RangeError)
    for (const below of [0, -1, 1.5, NaN, 2 ** 32 + 1]) expect(() => new HostRng(0).integer(below)).toThrow(/below must be an integer/)
    expect(() => new HostRng(1.5)).toThrow(RangeError)
  })
})
