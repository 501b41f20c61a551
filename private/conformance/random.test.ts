import { compile, ready, Rng, seed, squaresKey, squaresWords, tensor, defaultRng, type Tensor } from '@portolan/core'
import { close, readGolden } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const all = { eager: undefined, ...engines }
const keys: Record<string, [number, number]> = {
  'of seed 0': squaresKey(0, 0),
  'of seed −5, stream 9': squaresKey(-5, 9),
  'of the largest seed': squaresKey(2 ** 53 - 1, 2 ** 32 - 1),
  'of ones': [0xffffffff, 0xffffffff],
  'with a negative low word': [0x80000001, 0x12345678],
  'with a negative high word': [0x12345677, 0xf0e1d2c3],
}

describe('randomBits: the same words everywhere, those of the definition', () => {
  it.each(Object.entries(keys))('key %s', async (_, key) => {
    for (const draw of [0, 1, 7, -1, 2 ** 31 - 1, -(2 ** 31)])
      for (const [shape, bits] of [
        [[7, 3], 31],
        [[1000], 24],
        [[], 8],
        [[2, 1, 5], 1],
      ] as [number[], number][]) {
        const f = (s: Tensor) => s.op('randomBits', [], { shape, bits })
        const expected = Int32Array.from(
          squaresWords(
            key,
            draw,
            shape.reduce((a, b) => a * b, 1),
          ),
          w => w >>> (32 - bits),
        )
        const state = tensor(Int32Array.of(key[0] | 0, key[1] | 0, draw))
        for (const [name, engine] of Object.entries(all))
          expect(await (await compile(f, { engine })(state)).data(), `${name}, draw ${draw}, [${shape}]`).toEqual(expected)
      }
  })
  it('more words than 2¹⁶', async () => {
    const expected = Int32Array.from(squaresWords(squaresKey(3, 0), 2, 70_001), w => w >>> 1)
    for (const engine of Object.values(all)) {
      const rng = new Rng(3)
      const bits = compile(() => rng.bits([70_001]), { engine })
      await bits()
      await bits()
      expect(await (await bits()).data()).toEqual(expected)
    }
  })
})

interface Stream {
  seed: number
  stream: number
  uniform: number[]
  normal: number[]
}

describe('Rng', () => {
  it('draws what an implementation in 64-bit words draws', async () => {
    for (const s of (readGolden('squares') as { streams: Stream[] }).streams)
      for (const engine of Object.values(all)) {
        const rng = new Rng(s.seed, s.stream)
        const [uniform, normal] = await compile(() => [rng.uniform([2, 3]), rng.normal([2, 3])] as const, { engine })()
        expect(await uniform.data()).toEqual(Float32Array.from(s.uniform))
        close(await normal.data(), s.normal, 2e-6) // the logarithm and the cosine are float32's
      }
  })
  it('is bit for bit the same on every engine, draw after draw, and its state too', async () => {
    const runs = []
    for (const engine of Object.values(all)) {
      const rng = new Rng(123456789, 5)
      const step = compile(() => [rng.uniform([7, 3]), rng.bernoulli(0.3, [5]), rng.bits([4], 16), rng.uniform([1000])], { engine })
      const drawn = []
      for (let i = 0; i < 3; i++) for (const t of await step()) drawn.push(Array.from(await t.data()))
      runs.push({ drawn, state: Array.from(await rng.state.value.data()) })
    }
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
    expect(runs[0]!.state[2]).toBe(12)
  })
  it('uniform is in [0, 1), normal has mean 0 and variance 1, bernoulli its probability', async () => {
    const rng = new Rng(11)
    const n = 40_000
    const moments = (x: ArrayLike<number>): [number, number] => {
      const mean = Array.from(x).reduce((a, b) => a + b) / x.length
      return [mean, Array.from(x).reduce((a, b) => a + (b - mean) ** 2, 0) / x.length]
    }
    const u = await rng.uniform([n]).data()
    expect(Math.min(...Array.from(u).slice(0, 10_000))).toBeGreaterThanOrEqual(0)
    expect(u.every((v: number) => v >= 0 && v < 1)).toBe(true)
    const [mean, variance] = moments(u)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / n)) // four standard errors
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n))
    const z = await rng.normal([n]).data()
    expect(z.every(Number.isFinite)).toBe(true)
    const [m, v] = moments(z)
    expect(Math.abs(m)).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(v - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    const [p] = moments(await rng.bernoulli(0.3, [n]).data())
    expect(Math.abs(p - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / n))
  })
  it('seed starts the default stream anew', async () => {
    const draw = (n: number) => (seed(n), defaultRng().uniform([5]).data())
    expect(await draw(3)).toEqual(await draw(3))
    expect(await draw(3)).not.toEqual(await draw(4))
  })
})
