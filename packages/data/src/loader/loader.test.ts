import { FormatError, RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { ArrayDataset, type BatchSource, type Fields } from '../source/array-dataset.ts'
import { loader, type Batch, type Loader, type LoaderOptions } from './loader.ts'

const dataset = (n: number): ArrayDataset<'image' | 'label'> =>
  new ArrayDataset({
    image: { data: Uint8Array.from({ length: n * 6 }, (_, i) => i % 256), shape: [n, 2, 3] },
    label: { data: Int32Array.from({ length: n }, (_, i) => i), shape: [n] },
  })
const labels = (batch: Batch<'label'>): number[] => [...batch.label.dataSync()]
async function epoch(batches: Loader<'image' | 'label'>): Promise<number[][]> {
  const all: number[][] = []
  for await (const batch of batches) all.push(labels(batch))
  return all
}

describe('loader', () => {
  it('makes tensors of batches, pictures as float32 with channels', async () => {
    const batches = loader(dataset(5), { batchSize: 2 })
    expect(batches.length).toBe(3)
    const all: Batch<'image' | 'label'>[] = []
    for await (const batch of batches) all.push(batch)
    expect(all.map(b => [b.image.shape, b.image.dtype, b.label.shape, b.label.dtype])).toEqual([
      [[2, 1, 2, 3], 'float32', [2], 'int32'],
      [[2, 1, 2, 3], 'float32', [2], 'int32'],
      [[1, 1, 2, 3], 'float32', [1], 'int32'],
    ])
    expect([...all[2]!.image.dataSync()]).toEqual([24, 25, 26, 27, 28, 29].map(v => Math.fround(v / 255)))
    expect(all.flatMap(labels)).toEqual([0, 1, 2, 3, 4])
  })

  it('leaves out a last batch that is not full', async () => {
    const batches = loader(dataset(5), { batchSize: 2, dropLast: true })
    expect([batches.length, await epoch(batches)]).toEqual([
      2,
      [
        [0, 1],
        [2, 3],
      ],
    ])
  })

  it('shuffles each epoch anew, as seed and epoch say and nothing else', async () => {
    const options = { batchSize: 8, shuffle: true, seed: 5 }
    const batches = loader(dataset(100), options)
    const epochs = [await epoch(batches), await epoch(batches), await epoch(batches)]
    for (const one of epochs) expect(one.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(new Set(epochs.map(String)).size).toBe(3)
    const again = loader(dataset(100), { ...options, prefetch: 3 })
    for await (const _ of again) break
    expect(await epoch(again)).toEqual(epochs[1])
    expect((await epoch(loader(dataset(100), { ...options, batchSize: 100 }))).flat()).toEqual(epochs[0]!.flat())
    expect(await epoch(loader(dataset(100), { ...options, seed: 6 }))).not.toEqual(epochs[0])
  })

  it.each([0, 3])('goes on from any batch, exactly, with %i prefetched', async prefetch => {
    const make = (): Loader<'image' | 'label'> =>
      loader(dataset(20), {
        batchSize: 3,
        shuffle: true,
        seed: 9,
        prefetch,
        transform: ({ image, label }, rng) => ({
          image,
          label: { data: Int32Array.from(label.data, v => v * 1000 + rng.integer(1000)), shape: label.shape },
        }),
      })
    const whole = make()
    const expected = [await epoch(whole), await epoch(whole), await epoch(whole)]
    for (let stop = 0; stop <= 7; stop++) {
      const first = make()
      await epoch(first)
      const before: number[][] = []
      if (stop) for await (const batch of first) if (before.push(labels(batch)) === stop) break
      const state: unknown = JSON.parse(JSON.stringify(first.state()))
      expect(state).toMatchObject({ epoch: 1, batch: stop })
      const second = make()
      second.restore(state as ReturnType<typeof first.state>)
      expect(second.state()).toEqual(state)
      expect([...before, ...(await epoch(second))]).toEqual(expected[1])
      expect(second.state()).toMatchObject({ epoch: 2, batch: 0 })
      expect(await epoch(second)).toEqual(expected[2])
    }
  })

  it('begins the next epoch after an iteration was left', async () => {
    const batches = loader(dataset(20), { batchSize: 3, shuffle: true })
    const fresh = loader(dataset(20), { batchSize: 3, shuffle: true })
    await epoch(fresh)
    for await (const _ of batches) break
    expect(await epoch(batches)).toEqual(await epoch(fresh))
  })

  it('refuses a state of another loader', () => {
    const state = loader(dataset(20), { batchSize: 3, shuffle: true, seed: 1 }).state()
    const others: [number, LoaderOptions][] = [
      [21, { batchSize: 3, shuffle: true, seed: 1 }],
      [20, { batchSize: 4, shuffle: true, seed: 1 }],
      [20, { batchSize: 3, seed: 1 }],
      [20, { batchSize: 3, shuffle: true }],
    ]
    for (const [n, options] of others)
      expect(() => loader<string>(dataset(n), options).restore(state)).toThrow(
        /^loader: the state was saved with (samples|batchSize|shuffle|seed) .*, this loader has/,
      )
    const same = loader(dataset(20), { batchSize: 3, shuffle: true, seed: 1 })
    for (const wrong of [{ epoch: -1 }, { batch: 8 }, { batch: 0.5 }, { epoch: '1' as unknown as number }])
      expect(() => same.restore({ ...state, ...wrong })).toThrow(FormatError)
    expect(same.state()).toEqual(state)
  })

  it('refuses options outside their ranges', () => {
    const cases: [number, LoaderOptions, RegExp][] = [
      [5, { batchSize: 0 }, /batchSize must be an integer of at least 1, got 0/],
      [5, { batchSize: 1.5 }, /batchSize/],
      [5, { prefetch: -1 }, /prefetch must be an integer of at least 0/],
      [5, { seed: NaN }, /seed must be an integer/],
      [5, { batchSize: 6, dropLast: true }, /5 samples make no full batch of 6. Make batchSize smaller/],
      [0, {}, /0 samples make no batch of 32. Give a dataset that has samples/],
    ]
    for (const [n, options, message] of cases) {
      expect(() => loader<string>(dataset(n), options)).toThrow(RangeError)
      expect(() => loader<string>(dataset(n), options)).toThrow(message)
    }
  })
})

/** Samples that arrive when they are told to, in whatever order. */
function slow(n: number): BatchSource<'label'> & { readonly asked: number[]; arrive(first: number, error?: Error): Promise<void> } {
  const waiting = new Map<number, { resolve: (fields: Fields<'label'>) => void; reject: (error: Error) => void; indices: Uint32Array }>()
  const asked: number[] = []
  return {
    length: n,
    asked,
    gather: indices => new Promise((resolve, reject) => (asked.push(indices[0]!), waiting.set(indices[0]!, { resolve, reject, indices }))),
    async arrive(first, error) {
      const { resolve, reject, indices } = waiting.get(first)!
      waiting.delete(first)
      if (error) reject(error)
      else resolve({ label: { data: Int32Array.from(indices), shape: [indices.length] } })
      await new Promise(done => setImmediate(done))
    },
  }
}

describe('loader with prefetch', () => {
  it('prepares that many ahead and keeps the order in which they belong', async () => {
    const source = slow(10)
    const batches = loader(source, { batchSize: 2, prefetch: 2 })[Symbol.asyncIterator]()
    const first = batches.next()
    await Promise.resolve()
    expect(source.asked).toEqual([0, 2, 4])
    await source.arrive(4)
    await source.arrive(2)
    await source.arrive(0)
    expect(labels((await first).value as Batch<'label'>)).toEqual([0, 1])
    expect(source.asked).toEqual([0, 2, 4])
    expect(labels((await batches.next()).value as Batch<'label'>)).toEqual([2, 3])
    expect(source.asked).toEqual([0, 2, 4, 6])
    expect(labels((await batches.next()).value as Batch<'label'>)).toEqual([4, 5])
    expect(source.asked).toEqual([0, 2, 4, 6, 8])
    const fourth = batches.next()
    await source.arrive(8)
    await source.arrive(6)
    expect(labels((await fourth).value as Batch<'label'>)).toEqual([6, 7])
    expect(labels((await batches.next()).value as Batch<'label'>)).toEqual([8, 9])
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  it('prepares none ahead without it', async () => {
    const source = slow(4)
    const batches = loader(source, { batchSize: 2 })[Symbol.asyncIterator]()
    const first = batches.next()
    await source.arrive(0)
    await first
    expect(source.asked).toEqual([0])
  })

  it('throws an error when its batch is due, not before, and prepares no more', async () => {
    const source = slow(10)
    const batches = loader(source, { batchSize: 2, prefetch: 2 })[Symbol.asyncIterator]()
    const first = batches.next()
    const broken = new Error('disk')
    await source.arrive(2, broken)
    await source.arrive(4, new Error('later, never seen'))
    await source.arrive(0)
    expect(labels((await first).value as Batch<'label'>)).toEqual([0, 1])
    const second = batches.next().catch((error: unknown) => error)
    await source.arrive(6)
    expect(await second).toBe(broken)
    expect(await batches.next()).toEqual({ done: true, value: undefined })
    expect(source.asked).toEqual([0, 2, 4, 6])
  })

  it('passes on what a transform throws', async () => {
    const bad = new Error('bad picture')
    const batches = loader(dataset(6), {
      batchSize: 2,
      prefetch: 5,
      transform: fields => {
        if (fields.label.data[0] === 4) throw bad
        return fields
      },
    })
    const seen: number[] = []
    await expect(async () => {
      for await (const batch of batches) seen.push(...labels(batch))
    }).rejects.toBe(bad)
    expect(seen).toEqual([0, 1, 2, 3])
  })

  it('stops when it is left: nothing more is asked for, and leaving waits for what is under way', async () => {
    const source = slow(10)
    const batches = loader(source, { batchSize: 2, prefetch: 2 })[Symbol.asyncIterator]()
    const first = batches.next()
    await source.arrive(0)
    await first
    let left = false
    const leaving = batches.return!().then(() => (left = true))
    await source.arrive(2)
    expect(left).toBe(false)
    await source.arrive(4, new Error('nobody waits for this'))
    await leaving
    expect(source.asked).toEqual([0, 2, 4])
  })
})
