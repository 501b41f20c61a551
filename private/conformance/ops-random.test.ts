import { compile, ready, Rng, tensor, type Engine, type Tensor } from '@portolan/core'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const all: Record<string, Engine | undefined> = { eager: undefined, ...engines }
/** The numbers of two calls in a row, from a stream of its own. */
const drawn = async (draw: (rng: Rng) => Tensor, engine: Engine | undefined): Promise<number[][]> => {
  const rng = new Rng(5, 3)
  const step = compile(() => draw(rng), { engine })
  const numbers = [Array.from(await (await step()).data()), Array.from(await (await step()).data())]
  await step.dispose()
  return numbers
}
const logits = tensor([
  [1, -1, 0.5, -Infinity],
  [-1e4, 1e4, 0, 0],
])
const draws: Record<string, (rng: Rng) => Tensor> = {
  bits: rng => rng.bits([3, 5], 17),
  uniform: rng => rng.uniform([4, 3]),
  normal: rng => rng.normal([50]),
  bernoulli: rng => rng.bernoulli(0.3, [40]),
  integers: rng => rng.integers(10, [40]),
  'integers, large': rng => rng.integers(2 ** 31 - 1, [10]),
  categorical: rng => rng.categorical(logits),
  permutation: rng => rng.permutation(30),
}

describe('random numbers', () => {
  for (const [name, draw] of Object.entries(draws))
    it(`${name}: one stream on every engine, which goes on`, async () => {
      const [first, second] = await drawn(draw, undefined)
      expect(second).not.toEqual(first)
      for (const engine of Object.values(engines))
        for (const [i, numbers] of (await drawn(draw, engine)).entries()) close(numbers, i ? second! : first!, 1e-5, name)
    })

  const n = 20_000
  /** Frequencies of the integers 0 … k − 1 lie within five standard errors of their probabilities. */
  const expectFrequencies = (numbers: ArrayLike<number>, p: number[]): void => {
    const counts = p.map(() => 0)
    for (let i = 0; i < numbers.length; i++) counts[numbers[i]!]!++
    expect(counts.reduce((a, b) => a + b)).toBe(numbers.length)
    p.forEach((q, i) =>
      expect(Math.abs(counts[i]! / numbers.length - q)).toBeLessThanOrEqual(5 * Math.sqrt((q * (1 - q)) / numbers.length)),
    )
  }
  for (const [name, engine] of Object.entries(all)) {
    it(`categorical follows the softmax: ${name}`, async () => {
      const rng = new Rng(1)
      const sample = await compile(() => rng.categorical(logits.slice(0, 0, 1).broadcastTo([n, 4])), { engine })()
      const e = [1, -1, 0.5].map(Math.exp)
      const sum = e.reduce((a, b) => a + b)
      expectFrequencies(await sample.data(), [...e.map(v => v / sum), 0])
    })
    it(`integers are evenly spread: ${name}`, async () => {
      const rng = new Rng(2)
      expectFrequencies(await (await compile(() => rng.integers(7, [n]), { engine })()).data(), Array<number>(7).fill(1 / 7))
    })
    it(`a permutation has every number once, each place as likely: ${name}`, async () => {
      const rng = new Rng(3)
      const step = compile(() => rng.permutation(1000), { engine })
      const order = Array.from(await (await step()).data())
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
      expect(Math.abs(order.reduce((s, v, i) => s + v * i, 0) / 1000 - 499.5 ** 2)).toBeLessThan((5 * (1000 ** 2 / 12)) / Math.sqrt(1000))
    })
  }
  for (const [name, engine] of Object.entries(all))
    it(`of nothing: ${name}`, async () => {
      const rng = new Rng(4)
      const [order, bits] = await compile(() => [rng.permutation(0), rng.bits([0, 3])], { engine })()
      expect([order!.shape, bits!.shape, (await order!.data()).length, (await bits!.data()).length]).toEqual([[0], [0, 3], 0, 0])
    })
  it('refuses what is out of range', () => {
    const rng = new Rng(1)
    expect(() => rng.integers(0, [2])).toThrow(/Rng.integers: below must be an integer from 1 to 2\^31 - 1, got 0/)
    expect(() => rng.integers(2.5, [2])).toThrow(/got 2.5/)
    expect(() => rng.bits([2], 32)).toThrow(/bits must be an integer from 1 to 31/)
    expect(() => rng.bernoulli(1.5, [2])).toThrow(/p must be in \[0, 1\]/)
  })
})
