import { HostRng, RangeError, runner, seed, tensor, type Runner } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import {
  beamSearch,
  CachedStep,
  generate,
  GPT2,
  LSTMLanguageModel,
  oneByOne,
  pickToken,
  wholeSequences,
  type NextTokens,
} from '../index.ts'

const all = async (tokens: AsyncIterable<number>): Promise<number[]> => {
  const list: number[] = []
  for await (const token of tokens) list.push(token)
  return list
}
/** Scores that depend on the last token alone: log-probabilities in a table. */
const chain = (table: Readonly<Record<number, number[]>>): NextTokens => ({
  next: sequences => Promise.resolve(sequences.map(s => Float32Array.from(table[s.at(-1)!]!, Math.log))),
})

describe('pickToken', () => {
  const share = (scores: number[], options: object): number[] => {
    const rng = new HostRng(1)
    const counts = scores.map(() => 0)
    for (let i = 0; i < 20_000; i++) counts[pickToken(scores, rng, options)]! += 1 / 20_000
    return counts
  }
  const scores = [0.1, 0.2, 0.3, 0.4].map(Math.log)
  it.each<[string, object, number[]]>([
    ['as likely as they are', {}, [0.1, 0.2, 0.3, 0.4]],
    ['colder', { temperature: 0.5 }, [1, 4, 9, 16].map(x => x / 30)],
    ['top k', { topK: 2 }, [0, 0, 3 / 7, 4 / 7]],
    ['top p', { topP: 0.6 }, [0, 0, 3 / 7, 4 / 7]],
    ['top p, at least one', { topP: 0.01 }, [0, 0, 0, 1]],
    ['the likeliest', { temperature: 0 }, [0, 0, 0, 1]],
  ])('%s', (_, options, expected) => {
    share(scores, options).forEach((p, i) => expect(Math.abs(p - expected[i]!)).toBeLessThan(0.015))
  })
  it('refuses what is out of range', () => {
    const rng = new HostRng(1)
    expect(() => pickToken(scores, rng, { temperature: -1 })).toThrow(RangeError)
    expect(() => pickToken(scores, rng, { topK: 0 })).toThrow(/topK/)
    expect(() => pickToken(scores, rng, { topP: 0 })).toThrow(/topP/)
  })
})

describe('generate', () => {
  const gpt = () => {
    seed(4)
    return new GPT2({ vocabSize: 11, context: 16, dim: 8, layers: 2, heads: 2, dropout: 0 })
  }
  it('streams the same text from the same seed, and stops', async () => {
    const model = chain({ 0: [0, 0.5, 0.5, 0], 1: [0, 0, 0.9, 0.1], 2: [0, 0.9, 0, 0.1], 3: [1, 0, 0, 0] })
    const text = (options: object) => all(generate(model, [0], { maxTokens: 30, stop: [3], ...options }))
    expect(await text({ seed: 5 })).toEqual(await text({ seed: 5 }))
    expect(await text({ seed: 5 })).not.toEqual(await text({ seed: 6 }))
    expect((await text({ seed: 5 })).includes(3)).toBe(false)
    await expect(all(generate(model, [], { maxTokens: 3 }))).rejects.toThrow(/must have a token/)
    await expect(all(generate(model, [0], { maxTokens: -1 }))).rejects.toThrow(/maxTokens/)
  })
  it.each([
    ['GPT-2', gpt],
    [
      'LSTM',
      () => {
        seed(4)
        return new LSTMLanguageModel({ vocabSize: 11, dim: 6, hidden: 7 })
      },
    ],
  ])('%s: one by one as from whole sequences', async (_, make) => {
    const model = make()
    const whole = wholeSequences(runner(model), { length: 16 })
    const options = { maxTokens: 12, temperature: 0.9, seed: 3 }
    const step = new CachedStep(model)
    const predict = async (x: Readonly<Record<string, ReturnType<typeof tensor>>>) => step.forward(x['ids']!, x['past']!, x['position']!)
    step.eval()
    const cached = oneByOne({ predict, dispose: async () => {} }, model)
    const expected = await all(generate(whole, [1, 2, 3], options))
    expect(expected.length).toBe(12)
    expect(await all(generate(cached, [1, 2, 3], options))).toEqual(expected)
    expect(await all(generate(cached, [1, 2, 3], options))).toEqual(expected) // it begins anew
    // rows change places from step to step
    const beams = { beams: 3, maxTokens: 8, end: 0 }
    expect((await beamSearch(cached, [1, 2], beams)).map(b => b.tokens)).toEqual(
      (await beamSearch(whole, [1, 2], beams)).map(b => b.tokens),
    )
  })
  it('refuses more than the model sees', async () => {
    const model = gpt()
    const step = new CachedStep(model)
    const predict = async (x: Readonly<Record<string, ReturnType<typeof tensor>>>) => step.forward(x['ids']!, x['past']!, x['position']!)
    await expect(all(generate(oneByOne({ predict, dispose: async () => {} }, model), [1], { maxTokens: 20 }))).rejects.toThrow(
      /at most 16 tokens/,
    )
  })
})

describe('beamSearch', () => {
  // 0 begins, 3 ends. Greedy goes 1 → 2 (0.6·0.4 = 0.24 at best); 2 → 3 has 0.4·0.9 = 0.36.
  const model = chain({ 0: [0, 0.6, 0.4, 0], 1: [0, 0.3, 0.4, 0.3], 2: [0, 0.05, 0.05, 0.9], 3: [1, 0, 0, 0] })
  const search = (beams: number, more: object = {}) => beamSearch(model, [0], { beams, maxTokens: 4, end: 3, lengthPenalty: 0, ...more })
  it('finds what greedy search misses', async () => {
    const [greedy] = await search(1)
    expect(greedy!.tokens).toEqual([1, 2])
    expect(greedy!.score).toBeCloseTo(Math.log(0.6 * 0.4 * 0.9), 6)
    const [best] = await search(3)
    expect(best).toMatchObject({ tokens: [2], finished: true })
    expect(best!.score).toBeCloseTo(Math.log(0.4 * 0.9), 6)
  })
  it('finds the best of all there are, when it follows all', async () => {
    const table: Record<number, number[]> = { 0: [0, 0.6, 0.4, 0], 1: [0, 0.3, 0.4, 0.3], 2: [0, 0.05, 0.05, 0.9] }
    const scores: { tokens: number[]; score: number }[] = []
    const walk = (tokens: number[], p: number): void => {
      const last = tokens.at(-1) ?? 0
      for (const [token, q] of table[last]!.entries())
        if (q && token === 3) scores.push({ tokens, score: Math.log(p * q) / ((5 + tokens.length + 1) / 6) ** 1 })
        else if (q && tokens.length < 3) walk([...tokens, token], p * q)
    }
    walk([], 1)
    const sorted = scores.toSorted((a, b) => b.score - a.score).slice(0, 5)
    const found = await search(20, { lengthPenalty: 1 })
    expect(found.slice(0, 5).map(b => b.tokens)).toEqual(sorted.map(s => s.tokens))
    found.slice(0, 5).forEach((b, i) => expect(b.score).toBeCloseTo(sorted[i]!.score, 5))
  })
  it('gives what is not finished when there is no more room', async () => {
    const [best] = await search(1, { maxTokens: 1 })
    expect(best).toMatchObject({ tokens: [1], finished: false })
    await expect(search(0)).rejects.toThrow(/beams must be/)
    await expect(search(1, { lengthPenalty: -1 })).rejects.toThrow(/lengthPenalty/)
    await expect(beamSearch(model, [], { maxTokens: 3, end: 3 })).rejects.toThrow(/must have a token/)
  })
})

describe('wholeSequences', () => {
  it('shows the last tokens of what is too long', async () => {
    seed(4)
    const model = new GPT2({ vocabSize: 11, context: 4, dim: 8, layers: 1, heads: 2, dropout: 0 })
    const next = wholeSequences(runner(model), { length: 4 })
    const [long] = await next.next([[9, 8, 1, 2, 3, 4]])
    const [short] = await next.next([[1, 2, 3, 4]])
    expect(long).toEqual(short)
    await expect(next.next([[]])).rejects.toThrow(/must have a token/)
    const direct = await model
      .eval()
      .forward(tensor(Int32Array.of(1, 2), [1, 2]))
      .slice(1, -1)
      .data()
    const [two] = await next.next([[1, 2]])
    two!.forEach((v, i) => expect(v).toBeCloseTo(direct[i]!, 5))
  })
  it('fills up to a multiple, and no further than the length', async () => {
    const lengths: number[] = []
    const size = 5
    const echo: Runner = {
      predict: ({ ids }) => {
        const [n, t] = ids!.shape as [number, number]
        lengths.push(t)
        return Promise.resolve({
          output: tensor(
            Float32Array.from({ length: n * t * size }, (_, i) => Math.floor(i / size) % t),
            [n, t, size],
          ),
        })
      },
      dispose: () => Promise.resolve(),
    }
    const next = wholeSequences(echo, { length: 10, multiple: 4 })
    for (const t of [1, 4, 5, 9, 12]) {
      const [scores] = await next.next([Array.from({ length: t }, () => 1)])
      expect(scores).toEqual(new Float32Array(size).fill(Math.min(t, 10) - 1)) // those of its last token
    }
    expect(lengths).toEqual([4, 4, 8, 10, 10])
    expect(() => wholeSequences(echo, { length: 10, multiple: 0 })).toThrow(/multiple must be/)
  })
})
