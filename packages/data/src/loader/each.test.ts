import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostRng, RangeError, ShapeError, type Trainer } from '@portolan/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ArrayDataset, type Fields } from '../source/array-dataset.ts'
import { concat } from '../source/concat.ts'
import { imageFolder } from '../source/image-folder.ts'
import { compose } from '../transform/compose.ts'
import { crop } from '../transform/crop.ts'
import { horizontalFlip } from '../transform/flip.ts'
import { normalize } from '../transform/normalize.ts'
import { randomCrop, randomResizedCrop } from '../transform/random-crop.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'
import { collate } from './collate.ts'
import { loader, type Batch, type Loader } from './loader.ts'
import { balanced } from './sampler.ts'
import { kFold, stratifiedSplit } from './split.ts'
import { waitMeter } from './wait-meter.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'portolan-'))
  const rng = new HostRng(2)
  for (const [k, name] of ['ants', 'bees'].entries()) {
    await mkdir(join(root, name))
    for (let i = 0; i < 9; i++) {
      const [width, height] = [20 + rng.integer(20), 20 + rng.integer(20)]
      const pixels = Uint8Array.from({ length: 3 * width * height }, () => rng.integer(256))
      const file = sharp(pixels, { raw: { width, height, channels: 3 } })
      await (k ? file.png() : file.jpeg()).toFile(join(root, name, `${i}.${k ? 'png' : 'jpg'}`))
    }
  }
})
afterAll(() => rm(root, { recursive: true }))

const numbers = async (batches: Loader): Promise<number[][]> => {
  const all: number[][] = []
  for await (const batch of batches) all.push(Object.values(batch).flatMap(t => [...t.dataSync()]))
  return all
}
const augment = compose(randomResizedCrop(12), horizontalFlip({ p: 0.5 }))
/** One of the user's own, which no thread can be told. */
const own: SampleTransform = (sample, rng) => ({ ...sample, draw: { data: Float32Array.of(rng.uniform()), shape: [] } })

describe('each', () => {
  const memory = new ArrayDataset({
    image: { data: Uint8Array.from({ length: 20 * 3 * 16 }, (_, i) => i % 256), shape: [20, 3, 4, 4] },
    label: { data: Int32Array.from({ length: 20 }, (_, i) => i), shape: [20] },
  })

  it('changes samples one by one, whatever the batch size', async () => {
    const epoch = async (batchSize: number): Promise<number[]> => {
      const pixels: number[] = []
      for await (const { image } of loader(memory, { batchSize, shuffle: true, seed: 3, each: randomCrop(2) }))
        pixels.push(...image.dataSync())
      return pixels
    }
    const all = await epoch(1)
    expect(all.length).toBe(20 * 3 * 4)
    expect(await epoch(7)).toEqual(all)
    expect(new Set(Array.from({ length: 20 }, (_, i) => Math.round(all[12 * i]! * 255) % 16)).size).toBeGreaterThan(3)
  })

  it('draws anew in each epoch', async () => {
    const batches = loader(memory, { each: randomCrop(2), batchSize: 20 })
    expect(await numbers(batches)).not.toEqual(await numbers(batches))
  })

  it.each([0, 2])('gives the same from files with %i threads as with one transform after the other here', async workers => {
    const reference = await imageFolder(root, { workers: 0 })
    const files = await imageFolder(root, { workers })
    for (const each of [augment, compose(augment, own), compose(own, augment), compose(augment, normalize({ mean: 0.5 }))]) {
      const options = { batchSize: 5, shuffle: true, seed: 7, each }
      const expected = await numbers(loader(reference, { ...options, prefetch: 0 }))
      expect(expected.length).toBe(4)
      expect(await numbers(loader(files, options))).toEqual(expected)
    }
  })

  it('goes on within an epoch, with threads and batches under way', async () => {
    const files = await imageFolder(root, { workers: 2 })
    const make = (): Loader => loader(files as never, { batchSize: 4, shuffle: true, seed: 1, each: augment })
    const whole = make()
    const expected = [await numbers(whole), await numbers(whole)]
    for (const stop of [1, 3]) {
      const first = make()
      await numbers(first)
      const before: number[][] = []
      for await (const batch of first) {
        before.push(Object.values(batch as Batch).flatMap(t => [...t.dataSync()]))
        if (before.length === stop) break
      }
      const second = make()
      second.restore(JSON.parse(JSON.stringify(first.state())) as ReturnType<Loader['state']>)
      expect([...before, ...(await numbers(second))]).toEqual(expected[1])
    }
  })

  it('leaves out what a source leaves out, and batches without anything', async () => {
    const source = {
      length: 6,
      gather: (indices: Uint32Array): Fields<'x'> => {
        const kept = [...indices].filter(i => i !== 2 && i !== 3 && i !== 5)
        return (kept.length ? { x: { data: Int32Array.from(kept), shape: [kept.length] } } : {}) as Fields<'x'>
      },
    }
    expect(await numbers(loader(source, { batchSize: 2 }))).toEqual([[0, 1], [4]])
    expect(() => loader(source, { each: s => s })).toThrow(/hands out no single samples/)
  })

  it('puts all of a folder into memory', async () => {
    const files = await imageFolder(root, { workers: 1 })
    const all = await files.inMemory(crop({ top: 1, left: 1, height: 9, width: 9 }))
    expect(all.fields.image.shape).toEqual([18, 3, 9, 9])
    expect([...all.fields.label.data]).toEqual([...files.labels])
    expect((await files.subset([3]).at(0)).image.shape.length).toBe(3)
    expect(concat([all, all.take(1)]).length).toBe(19)
    expect(() =>
      concat([all, new ArrayDataset({ image: { data: new Uint8Array(1), shape: [1] }, label: { data: new Int32Array(1), shape: [1] } })]),
    ).toThrow(ShapeError)
  })
})

describe('collate', () => {
  const sample = (boxes: number): Fields => ({
    image: { data: new Uint8Array(4), shape: [1, 2, 2] },
    boxes: { data: Float32Array.from({ length: 4 * boxes }, (_, i) => i + 1), shape: [boxes, 4] },
    classes: { data: Int32Array.from({ length: boxes }, (_, i) => i), shape: [boxes] },
  })
  it('fills boxes up, with class -1', () => {
    const { boxes, classes } = collate([sample(1), sample(2), sample(0)], { maxBoxes: 3 }) as Record<'boxes' | 'classes', Fields[string]>
    expect([boxes.shape, classes.shape]).toEqual([
      [3, 3, 4],
      [3, 3],
    ])
    expect([...classes.data]).toEqual([0, -1, -1, 0, 1, -1, -1, -1, -1])
    expect([...boxes.data.subarray(0, 8)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0])
    const again = collate(
      [collate([sample(1)], { maxBoxes: 3 }), collate([sample(2)], { maxBoxes: 3 })].map(b => ({
        classes: { data: b.classes!.data, shape: [3] },
        boxes: { data: b.boxes!.data, shape: [3, 4] },
      })),
    )
    expect((again as Fields).classes!.shape).toEqual([2, 2])
  })
  it('refuses more boxes than there is room for, and samples that differ', () => {
    expect(() => collate([sample(2)], { maxBoxes: 1, nameOf: () => 'x.jpg' })).toThrow(/x\.jpg has 2 boxes, there is room for 1/)
    expect(() => collate([sample(1), { image: sample(1).image! }])).toThrow(/boxes of sample 0 is \[1,4\], of sample 1 missing/)
    expect(() => collate([])).toThrow(ShapeError)
  })
})

describe('balanced', () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : i < 98 ? 1 : 2))
  it('takes every class as often, each of its samples before any twice', () => {
    const order = balanced(labels, { samples: 60 }).order(new HostRng(3))
    const counts = [0, 1, 2].map(k => [...order].filter(i => labels[i] === k))
    expect(counts.map(c => c.length)).toEqual([20, 20, 20])
    expect(new Set(counts[0]).size).toBe(20)
    expect(new Set(counts[1]!.slice(0, 8)).size).toBe(8)
    expect(counts[2]!.filter(i => i === 98).length).toBe(10)
    expect([...balanced(labels, { samples: 60 }).order(new HostRng(4))]).not.toEqual([...order])
  })
  it('is what a loader goes by, also when it goes on', async () => {
    const data = new ArrayDataset({ label: { data: labels, shape: [100] } })
    const make = (): Loader<'label'> => loader(data, { batchSize: 8, sampler: balanced(labels, { samples: 30 }), seed: 2 })
    const expected = await numbers(make())
    expect(expected.map(b => b.length)).toEqual([8, 8, 8, 6])
    expect([0, 1, 2].map(k => expected.flat().filter(l => l === k).length)).toEqual([10, 10, 10])
    const first = make()
    for await (const _ of first) break
    const second = make()
    second.restore(first.state())
    expect(await numbers(second)).toEqual(expected.slice(1))
    expect(() => loader(data, { batchSize: 8, seed: 2 }).restore(first.state())).toThrow(/samples 30|sampler balanced/)
    expect(() => loader(data, { shuffle: true, sampler: balanced(labels) })).toThrow(/leave out shuffle/)
    expect(() => balanced([])).toThrow(RangeError)
    expect(() => balanced(labels, { samples: 0.5 })).toThrow(RangeError)
  })
})

describe('splits', () => {
  const labels = Int32Array.from({ length: 101 }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 5 : 9))
  const share = (indices: Uint32Array, k: number): number => indices.filter(i => labels[i] === k).length
  it('stratifiedSplit keeps the proportions of the classes, to a sample', () => {
    const [train, test] = stratifiedSplit(labels, { fraction: 0.8, seed: 1 })
    expect([train.length, test.length]).toEqual([81, 20])
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i))
    for (const k of [0, 5, 9]) expect(Math.abs(share(train, k) - 0.8 * labels.filter(l => l === k).length)).toBeLessThan(1)
    expect([...train]).toEqual([...train].sort((a, b) => a - b))
    expect(stratifiedSplit(labels, { fraction: 0.8, seed: 1 })[1]).toEqual(test)
    expect(stratifiedSplit(labels, { fraction: 0.8, seed: 2 })[1]).not.toEqual(test)
    expect(() => stratifiedSplit(labels, { fraction: 1.1 })).toThrow(/fraction must be between 0 and 1/)
  })
  it.each([undefined, labels])('kFold tests every sample once', of => {
    const folds = kFold(101, { folds: 5, seed: 3, ...(of && { labels: of }) })
    expect(folds.flatMap(f => [...f.test]).sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i))
    for (const { train, test } of folds) {
      expect(train.length + test.length).toBe(101)
      expect([...train].some(i => test.includes(i))).toBe(false)
      expect([20, 21]).toContain(test.length)
    }
    const spread = [0, 5, 9].map(k => folds.map(f => share(f.test, k))).map(c => Math.max(...c) - Math.min(...c))
    expect(Math.max(...spread) <= 1).toBe(of !== undefined)
  })
  it('kFold refuses what makes no folds', () => {
    expect(() => kFold(3, { folds: 4 })).toThrow(RangeError)
    expect(() => kFold(3, { folds: 1 })).toThrow(/folds must be a whole number from 2/)
    expect(() => kFold(10, { labels: [1] })).toThrow(/10 samples need 10 labels, got 1/)
  })
})

describe('waiting', () => {
  const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
  const slow = (ms: number) => ({
    length: 4,
    gather: async (indices: Uint32Array): Promise<Fields<'x'>> => {
      await pause(ms)
      return { x: { data: Int32Array.from(indices), shape: [indices.length] } }
    },
  })
  it('is what training spends for data to come', async () => {
    const batches = loader(slow(20), { batchSize: 1 })
    for await (const _ of batches);
    const idle = batches.waiting()
    expect(idle.batches).toBe(4)
    expect(idle.waited).toBeGreaterThan(70)
    expect(idle.share).toBeGreaterThan(0.9)
    const ahead = loader(slow(5), { batchSize: 1, prefetch: 3 })
    for await (const _ of ahead) await pause(30)
    expect(ahead.waiting().share).toBeLessThan(0.3)
    expect(ahead.waiting().used).toBeGreaterThan(80)
  })
  it('is told when it is much', () => {
    const said: string[] = []
    const logs: Record<string, number> = {}
    const waiting = { batches: 9, waited: 3000, used: 1000, share: 0.75 }
    const meter = waitMeter({ waiting: () => waiting }, { say: message => said.push(message) })
    const run = {
      epoch: 2,
      log: (name: string, v: number) => void (logs[name] = v),
      trainer: {} as Trainer,
      epochs: 3,
      step: 1,
      logs: {},
      stop: () => {},
    }
    void meter.batchEnd!(run)
    void meter.epochEnd!(run)
    expect(logs).toEqual({ waiting: 0.75 })
    expect(said).toEqual([expect.stringMatching(/^epoch 2: training waited for data 75 % of the time \(3\.0 of 4\.0 s\)\. Raise prefetch/)])
    Object.assign(waiting, { share: 0.05 })
    void meter.epochEnd!(run)
    expect(said.length).toBe(1)
    expect(() => waitMeter({ waiting: () => waiting }, { tolerate: 2 })).toThrow(RangeError)
  })
})
