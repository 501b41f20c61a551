import { describe, expect, it, vi } from 'vitest'
import { FormatError, RangeError } from '../errors.ts'
import { HostRng } from '../random/host-rng.ts'
import { choice, grid, halving, integer, real, random, search, tpe, trialsTable, type Strategy, type TrialStore } from '../search.ts'

const space = {
  rate: real(1e-4, 1, { log: true }),
  dropout: real(0, 0.5),
  layers: integer(1, 4),
  activation: choice('relu', 'gelu', 'tanh'),
}
/** Best at 0.01, 0.2, 3, gelu: 0 there. */
const bowl = ({ rate, dropout, layers, activation }: { rate: number; dropout: number; layers: number; activation: string }): number =>
  (Math.log10(rate) + 2) ** 2 + (8 * (dropout - 0.2)) ** 2 + (layers - 3) ** 2 + +(activation !== 'gelu')
const quiet = { progress: false } as const
const memoryStore = (lines: string[] = []): TrialStore & { lines: string[] } => ({
  lines,
  read: async () => [...lines],
  append: async line => void lines.push(line),
})

describe('a space', () => {
  it('gives values of its ranges, each as likely, and their places', () => {
    const rng = new HostRng(0)
    const rates = Array.from({ length: 4000 }, () => space.rate.at(rng.uniform()))
    for (const [from, to] of [
      [1e-4, 1e-3],
      [1e-3, 1e-2],
      [1e-2, 1e-1],
      [1e-1, 1],
    ] as const)
      // prettier-ignore
      expect(Math.abs(rates.filter(r => r >= from && r < to).length / 4000 - 0.25)).toBeLessThan(0.03)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) counts[space.layers.at(rng.uniform()) - 1]!++
    expect(Math.max(...counts.map(c => Math.abs(c / 4000 - 0.25)))).toBeLessThan(0.03)
    for (const place of [0, 0.3, 0.99]) expect(space.rate.placeOf(space.rate.at(place))).toBeCloseTo(place, 12)
    expect([1, 2, 3, 4].map(n => space.layers.at(space.layers.placeOf(n)))).toEqual([1, 2, 3, 4])
    expect(space.rate.spread(5).map(v => Math.log10(v))).toEqual([-4, -3, -2, -1, 0].map(v => expect.closeTo(v, 12)))
    expect(integer(1, 10).spread(4)).toEqual([1, 4, 7, 10])
    expect(integer(1, 3).spread(9)).toEqual([1, 2, 3])
  })
  it('refuses ranges that are none', () => {
    expect(() => real(0, 1, { log: true })).toThrow(/low must be less than high and more than 0, got 0 and 1/)
    expect(() => real(2, 1)).toThrow(RangeError)
    expect(() => integer(0.5, 2)).toThrow(/whole numbers/)
    expect(() => choice()).toThrow(/got none/)
    expect(() => choice(1, 1)).toThrow(/named once/)
  })
})

describe('search', () => {
  it('tries every point of a grid', async () => {
    const { trials, best } = await search({
      space: { a: choice('x', 'y'), b: integer(1, 3), c: real(0, 1) },
      objective: ({ a, b, c }) => b + c + (a === 'y' ? -5 : 0),
      strategy: grid({ steps: 2 }),
      direction: 'max',
      ...quiet,
    })
    expect(trials.map(t => Object.values(t.point))).toEqual(['x', 'y'].flatMap(a => [1, 3].flatMap(b => [0, 1].map(c => [a, b, c]))))
    expect(best.point).toEqual({ a: 'x', b: 3, c: 1 })
  })
  it('gives one search for one seed, side by side or not', async () => {
    const of = (seed: number, parallel: number) =>
      search({
        space,
        objective: async p => (await Promise.resolve(), bowl(p)),
        strategy: random({ trials: 12 }),
        seed,
        parallel,
        ...quiet,
      })
    const points = async (seed: number, parallel = 1) => (await of(seed, parallel)).trials.map(t => [t.number, t.point, t.value])
    expect(await points(3)).toEqual(await points(3, 4))
    expect(await points(3)).not.toEqual(await points(4))
  })
  it('finds better points with a Parzen estimator than at random', async () => {
    const best = async (strategy: Strategy) => {
      const found = []
      for (let seed = 0; seed < 10; seed++) found.push((await search({ space, objective: bowl, strategy, seed, ...quiet })).best.value!)
      return found.reduce((a, b) => a + b, 0) / found.length
    }
    expect(await best(tpe({ trials: 60 }))).toBeLessThan(0.5 * (await best(random({ trials: 60 }))))
  })
  it('asks for as many points as there are trials, few or many', async () => {
    for (const trials of [1, 10, 13]) {
      const objective = vi.fn<typeof bowl>(bowl)
      await search({ space, objective, strategy: tpe({ trials, startup: 10 }), parallel: 2, ...quiet })
      expect(objective).toHaveBeenCalledTimes(trials)
    }
  })
  it('gives the better trials more', async () => {
    const spent: number[] = []
    const { trials, best } = await search({
      space: { x: real(0, 1) },
      objective: ({ x }, { budget }) => (spent.push(budget!), x + 1 / budget!),
      strategy: halving({ trials: 27, budget: [1, 9] }),
      ...quiet,
    })
    expect([1, 3, 9].map(budget => spent.filter(b => b === budget).length)).toEqual([27, 9, 3])
    const x = (number: number) => trials.find(t => t.number === number)!.point.x
    const nine = trials.filter(t => t.budget === 9).map(t => t.point.x)
    expect(nine).toEqual(
      Array.from({ length: 27 }, (_, i) => x(i))
        .toSorted((a, b) => a - b)
        .slice(0, 3),
    )
    expect(best.budget).toBe(9)
  })
  it('goes on where it was broken off, and gives what it would have given', async () => {
    const strategy = tpe({ trials: 20, startup: 6 })
    const whole = memoryStore()
    const all = await search({ space, objective: bowl, strategy, store: whole, ...quiet })
    const objective = vi.fn<typeof bowl>(bowl)
    const again = await search({ space, objective, strategy, store: memoryStore(whole.lines.slice(0, 9)), ...quiet })
    expect(objective).toHaveBeenCalledTimes(12)
    const facts = (r: typeof all) => r.trials.map(({ seconds: _, ...t }) => t)
    expect(facts(again)).toEqual(facts(all))
    await expect(search({ space, objective, strategy, seed: 1, store: whole, ...quiet })).rejects.toThrow(FormatError)
  })
  it('goes on after a trial that failed, and ends when all did', async () => {
    const flaky = (p: Parameters<typeof bowl>[0]) => {
      if (p.layers === 4) throw new Error('out of memory')
      return p.activation === 'tanh' ? NaN : bowl(p)
    }
    const heard: unknown[] = []
    const result = await search({ space, objective: flaky, strategy: tpe({ trials: 24 }), progress: t => heard.push(t) })
    expect(heard).toHaveLength(24)
    const failed = result.trials.filter(t => t.value === undefined)
    expect(failed.length).toBeGreaterThan(0)
    for (const { error, point } of failed) expect(error).toMatch(point.layers === 4 ? /out of memory/ : /finite number, got NaN/)
    expect(result.best.value).toBe(Math.min(...result.trials.map(t => t.value ?? Infinity)))
    expect(trialsTable(result, { rows: 30 }).match(/failed/g)).toHaveLength(failed.length)
    const never = search({
      space,
      objective: () => Promise.reject(new TypeError('no such model')),
      strategy: random({ trials: 3 }),
      ...quiet,
    })
    await expect(never).rejects.toThrow(TypeError)
  })
  it('refuses options that make no sense', async () => {
    await expect(search({ space: {}, objective: () => 0, strategy: grid(), ...quiet })).rejects.toThrow(/must have a dimension/)
    await expect(search({ space, objective: bowl, strategy: grid(), parallel: 0, ...quiet })).rejects.toThrow(/parallel/)
    for (const make of [() => random({ trials: 0 }), () => tpe({ trials: 5, startup: 0.5 }), () => halving({ trials: 9, budget: [3, 1] })])
      expect(make).toThrow(RangeError)
  })
})

it('makes a table with the best first', async () => {
  const result = await search({ space: { x: integer(1, 3) }, objective: ({ x }) => x, strategy: grid(), direction: 'max', ...quiet })
  const rows = trialsTable(result, { rows: 2 }).split('\n')
  expect(rows[0]).toBe('trial  value  x  time')
  expect(rows.slice(2)).toEqual(['    2  3.000  3    0s', '    1  2.000  2    0s', '1 more'])
})
