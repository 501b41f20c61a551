import { HostRng, RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { forecastWindows, nextTokenWindows } from '../series/window-dataset.ts'
import type { Field } from '../source/array-dataset.ts'
import { byLength } from './by-length.ts'
import { loader } from './loader.ts'
import { SequenceDataset } from './sequence-dataset.ts'

const ids = [Int32Array.of(5), Int32Array.of(6, 7, 8), Int32Array.of(), Int32Array.of(9, 10)]
const label: Field = { data: Int32Array.of(0, 1, 2, 3), shape: [4] }

describe('SequenceDataset', () => {
  it('fills batches up to their longest, and says how long each is', async () => {
    const batches: unknown[] = []
    for await (const batch of loader(new SequenceDataset({ ids }, { label }), { batchSize: 2 }))
      batches.push(Object.fromEntries(Object.entries(batch).map(([name, t]) => [name, [t.shape, t.dtype, ...t.dataSync()]])))
    expect(batches).toEqual([
      { ids: [[2, 3], 'int32', 5, 0, 0, 6, 7, 8], idsLength: [[2], 'int32', 1, 3], label: [[2], 'int32', 0, 1] },
      { ids: [[2, 2], 'int32', 0, 0, 9, 10], idsLength: [[2], 'int32', 0, 2], label: [[2], 'int32', 2, 3] },
    ])
  })
  it('rounds lengths up, cuts what is too long, and pads with what is asked for', () => {
    const data = new SequenceDataset({ ids }, {}, { multiple: 4, padding: -1, maxLength: 2, tooLong: 'cut' })
    const { ids: all, idsLength } = data.gather([1, 0])
    expect([all.shape, ...all.data]).toEqual([[2, 4], 6, 7, -1, -1, 5, -1, -1, -1])
    expect([...idsLength.data]).toEqual([2, 1])
    expect([...data.lengths('ids')]).toEqual([1, 2, 0, 2])
  })
  it('holds several, and frames of numbers', () => {
    const frames = [2, 1].map(t => ({ data: Float32Array.from({ length: 3 * t }, (_, i) => i + t), shape: [t, 3] }))
    const { sound, soundLength, text } = new SequenceDataset({ sound: frames, text: [Int32Array.of(1), Int32Array.of(2, 3)] }).gather([
      1, 0,
    ])
    expect([sound.shape, ...sound.data]).toEqual([[2, 2, 3], 1, 2, 3, 0, 0, 0, 2, 3, 4, 5, 6, 7])
    expect([...soundLength.data, text.shape, ...text.data]).toEqual([1, 2, [2, 2], 2, 3, 1, 0])
  })
  it('fills all sequences up to one length, if they are joint', () => {
    const pairs = { source: [Int32Array.of(1), Int32Array.of(2, 3)], target: [Int32Array.of(4, 5, 6), Int32Array.of(7)] }
    const shapes = (options: object, ...indices: number[]) => {
      const { source, target } = new SequenceDataset(pairs, {}, options).gather(indices)
      return [source.shape, target.shape]
    }
    expect(shapes({}, 0, 1)).toEqual([[2, 2], [2, 3]]) // prettier-ignore
    expect(shapes({ joint: true }, 0, 1)).toEqual([[2, 3], [2, 3]]) // prettier-ignore
    expect(shapes({ joint: true, multiple: 4 }, 1)).toEqual([[1, 4], [1, 4]]) // prettier-ignore
    const { source, sourceLength } = new SequenceDataset(pairs, {}, { joint: true, padding: -1 }).gather([0, 1])
    expect([...source.data]).toEqual([1, -1, -1, 2, 3, -1])
    expect([...sourceLength.data]).toEqual([1, 2])
  })
  it('changes sequences one by one', () => {
    const twice = new SequenceDataset({ ids }).gatherEach(
      [0, 3],
      s => ({ ids: { data: Int32Array.from([...s.ids!.data, ...s.ids!.data]), shape: [2 * s.ids!.shape[0]!] } }),
      () => ({ seed: 0, stream: 0, draw: 0 }),
    )
    expect([twice.ids.shape, ...twice.ids.data, ...twice.idsLength.data]).toEqual([[2, 4], 5, 5, 0, 0, 9, 10, 9, 10, 2, 4])
  })
  it('refuses what does not fit', () => {
    const cases: [() => unknown, typeof RangeError | typeof ShapeError, RegExp][] = [
      [
        () => new SequenceDataset({ ids }, {}, { maxLength: 2 }),
        RangeError,
        /ids of sample 1 has 3 steps, maxLength allows 2.*tooLong: 'cut'/,
      ],
      [() => new SequenceDataset({ ids }, {}, { multiple: 0 }), RangeError, /multiple must be a whole number/],
      [() => new SequenceDataset({}), ShapeError, /at least one field of sequences/],
      [() => new SequenceDataset({ ids }, { label: { ...label, shape: [2, 2] } }), ShapeError, /ids has 4, label has 2/],
      [
        () =>
          new SequenceDataset({
            a: [
              { data: new Float32Array(2), shape: [1, 2] },
              { data: new Float32Array(3), shape: [1, 3] },
            ],
          }),
        ShapeError,
        /sample 0 is \[1,2\], of sample 1 \[1,3\]/,
      ],
      [() => new SequenceDataset({ ids }).at(4), RangeError, /sample 4 does not exist, there are 4/],
      [() => new SequenceDataset({ ids }).lengths('label' as 'ids'), RangeError, /no sequences 'label', only ids/],
    ]
    for (const [f, kind, message] of cases) {
      expect(f).toThrow(kind)
      expect(f).toThrow(message)
    }
  })
})

describe('byLength', () => {
  const rng = new HostRng(1)
  const lengths = Int32Array.from({ length: 1003 }, () => 1 + rng.integer(50))
  const waste = (order: Uint32Array): number => {
    let filled = 0
    for (let i = 0; i < order.length; i += 10) {
      const batch = [...order.subarray(i, i + 10)].map(k => lengths[k]!)
      filled += batch.length * Math.max(...batch)
    }
    return 1 - lengths.reduce((a, b) => a + b) / filled
  }
  it('takes each sample once, in batches of about one length, the small one last', () => {
    const order = byLength(lengths, { batchSize: 10 }).order(new HostRng(3))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from(lengths, (_, i) => i))
    expect(waste(order)).toBeLessThan(0.06)
    expect(waste(new HostRng(3).permutation(1003))).toBeGreaterThan(0.4)
    const firsts = Array.from({ length: 100 }, (_, i) => lengths[order[10 * i]!]!)
    expect(firsts.slice(1).filter((v, i) => v < firsts[i]!).length).toBeGreaterThan(30) // batches are shuffled
    expect(byLength(lengths, { batchSize: 10 }).order(new HostRng(3))).toEqual(order)
    expect(byLength(lengths, { batchSize: 10 }).order(new HostRng(4))).not.toEqual(order)
  })
  it('is what a loader goes on with', async () => {
    const data = new SequenceDataset({ ids: Array.from(lengths, (n, i) => new Int32Array(n).fill(i)) })
    const make = () => loader(data, { batchSize: 10, sampler: byLength(lengths, { batchSize: 10 }), seed: 5 })
    const read = async (batches: ReturnType<typeof make>): Promise<number[][]> => {
      const all: number[][] = []
      for await (const { ids: x } of batches) all.push([...x.dataSync()])
      return all
    }
    const whole = await read(make())
    const one = make()
    let seen = 0
    for await (const { ids: x } of one) {
      expect([...x.dataSync()]).toEqual(whole[seen])
      if (++seen === 40) break
    }
    const other = make()
    other.restore(JSON.parse(JSON.stringify(one.state())) as ReturnType<typeof one.state>)
    expect(await read(other)).toEqual(whole.slice(40))
    expect(() => loader(data, { batchSize: 10, sampler: byLength(lengths, { batchSize: 20 }), seed: 5 }).restore(one.state())).toThrow(
      /sampler/,
    )
  })
  it('refuses nothing to sort', () => {
    expect(() => byLength([], { batchSize: 1 })).toThrow(RangeError)
    expect(() => byLength([1], { batchSize: 0 })).toThrow(/batchSize must be/)
    expect(new Set(byLength([3, 1], { batchSize: 5 }).order(new HostRng(0)))).toEqual(new Set([0, 1]))
  })
})

describe('windows', () => {
  const series: Field = { data: Float32Array.from({ length: 20 }, (_, i) => i), shape: [10, 2] }
  it('of what was and what comes', () => {
    const windows = forecastWindows(series, { past: 3, horizon: 2, stride: 2 })
    expect(windows.length).toBe(3) // (10 - 5) / 2 + 1, rounded down
    const { x, y } = windows.gather([0, 2])
    expect([x.shape, ...x.data]).toEqual([[2, 3, 2], 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13])
    expect([y.shape, ...y.data]).toEqual([[2, 2, 2], 6, 7, 8, 9, 14, 15, 16, 17])
    const one = forecastWindows(series, { past: 3, horizon: 2, targets: [1] }).at(5)
    expect([one.y.shape, ...one.y.data]).toEqual([[2, 1], 17, 19])
  })
  it('of tokens and the next ones', async () => {
    const windows = nextTokenWindows(
      Int32Array.from({ length: 10 }, (_, i) => i),
      { length: 3 },
    )
    expect(windows.length).toBe(3)
    const { x, y } = windows.gather([0, 2])
    expect([x.shape, ...x.data, ...y.data]).toEqual([[2, 3], 0, 1, 2, 6, 7, 8, 1, 2, 3, 7, 8, 9])
    expect(nextTokenWindows(Int32Array.of(1, 2, 3), { length: 2, stride: 1 }).length).toBe(1)
    for await (const batch of loader(windows, { batchSize: 2, dropLast: true })) expect(batch.x.dtype).toBe('int32')
  })
  it('change one by one, and refuse what does not fit', () => {
    const changed = forecastWindows(series, { past: 1, horizon: 1 }).gatherEach(
      [8],
      (s, rng) => ({ ...s, x: { data: Float32Array.of(rng.integer(2) + 5), shape: [1] } }),
      () => ({ seed: 0, stream: 0, draw: 0 }),
    )
    expect(changed.x.shape).toEqual([1, 1])
    const cases: [() => unknown, RegExp][] = [
      [() => forecastWindows(series, { past: 9, horizon: 2 }), /a window takes 11 steps, the series has 10/],
      [() => forecastWindows(series, { past: 0, horizon: 2 }), /length of x must be a whole number/],
      [() => forecastWindows(series, { past: 1, horizon: 1, stride: 0 }), /stride must be/],
      [() => forecastWindows(series, { past: 1, horizon: 1, targets: [2] }), /there is no channel 2/],
      [() => nextTokenWindows(Int32Array.of(1, 2), { length: 2 }), /takes 3 steps, the series has 2/],
      [() => forecastWindows(series, { past: 1, horizon: 1 }).at(9), /window 9 does not exist/],
    ]
    for (const [f, message] of cases) {
      expect(f).toThrow(RangeError)
      expect(f).toThrow(message)
    }
    expect(() => forecastWindows({ data: new Float32Array(5), shape: [2, 2] }, { past: 1, horizon: 1 })).toThrow(ShapeError)
  })
})
