import { createHash } from 'node:crypto'
import { RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../source/array-dataset.ts'
import { digits, type LabelledImages } from './digits.ts'

const { train, test } = digits({ train: 2000, test: 500, seed: 3 })
const images = train.fields.image.data as Uint8Array
const counts = (labels: Iterable<number>): number[] =>
  [...labels].reduce<number[]>((sum, label) => ((sum[label] = sum[label]! + 1), sum), Array(10).fill(0))

/** The share of test images that ridge regression onto one-hot labels gets right, a linear classifier, solved by conjugate gradients. */
function linearAccuracy({ train, test }: LabelledImages, ridge: number, steps: number): number {
  const d = 785
  const features = ({ fields, length }: ArrayDataset<'image'>): Float64Array =>
    Float64Array.from({ length: length * d }, (_, i) => (i % d === 784 ? 1 : fields.image.data[Math.floor(i / d) * 784 + (i % d)]! / 255))
  const dot = (a: Float64Array, b: Float64Array, from = 0): number => {
    let sum = 0
    for (let j = 0; j < d; j++) sum += a[from + j]! * b[j]!
    return sum
  }
  const add = (a: Float64Array, factor: number, b: Float64Array, from = 0): void => {
    for (let j = 0; j < d; j++) a[j]! += factor * b[from + j]!
  }
  const x = features(train)
  const weights = Array.from({ length: 10 }, (_, digit) => {
    const w = new Float64Array(d)
    const r = new Float64Array(d)
    train.fields.label.data.forEach((label, i) => label === digit && add(r, 1, x, i * d))
    let p = r.slice()
    for (let step = 0; step < steps; step++) {
      const ap = p.map(v => ridge * v)
      for (let from = 0; from < x.length; from += d) add(ap, dot(x, p, from), x, from)
      const rr = dot(r, r)
      const alpha = rr / dot(p, ap)
      add(w, alpha, p)
      add(r, -alpha, ap)
      const old = p
      p = r.slice()
      add(p, dot(r, r) / rr, old)
    }
    return w
  })
  const xs = features(test)
  const right = test.fields.label.data.filter((label, i) => {
    const scores = weights.map(w => dot(xs, w, i * d))
    return scores.indexOf(Math.max(...scores)) === label
  })
  return right.length / test.length
}

describe('digits', () => {
  it('has the form of MNIST', () => {
    const all = digits({ train: 10, test: 10 })
    expect([all.train.fields.image.shape, all.train.fields.label.shape, all.test.length]).toEqual([[10, 28, 28], [10], 10])
    expect([all.train.fields.image.data.constructor, all.train.fields.label.data.constructor]).toEqual([Uint8Array, Int32Array])
    expect(digits({ train: 1, test: 1, size: 40 }).train.fields.image.shape).toEqual([1, 40, 40])
  })

  it('gives the same bytes for the same seed, on every machine', () => {
    const { fields } = digits({ train: 100, test: 1 }).train
    expect(createHash('sha256').update(fields.image.data).digest('hex')).toBe(
      'cc5a3eb0dbbfeb178aa89784ea8d9e143500429b2895fdead5907784d4c8d571',
    )
    expect([...fields.label.data.subarray(0, 10)]).toEqual([0, 5, 7, 8, 4, 6, 9, 3, 1, 2])
  })

  it('gives other bytes for another seed and for testing, and images that do not depend on how many there are', () => {
    const again = digits({ train: 30, test: 30, seed: 3 })
    expect(again.train.fields).toEqual(train.take(30).fields)
    expect(again.test.fields).toEqual(test.take(30).fields)
    const seen = new Set<string>()
    for (const dataset of [train, test, digits({ train: 500, test: 1, seed: 4 }).train]) {
      for (let i = 0; i < dataset.length; i++) seen.add(Buffer.from(dataset.at(i).image.data).toString('base64'))
    }
    expect(seen.size).toBe(3000)
  })

  it('holds each digit as often', () => {
    expect(counts(train.fields.label.data)).toEqual(Array(10).fill(200))
    for (let first = 0; first < 500; first += 10)
      expect(counts(test.fields.label.data.subarray(first, first + 10))).toEqual(Array(10).fill(1))
    expect(Math.max(...counts(digits({ train: 25, test: 1 }).train.fields.label.data))).toBe(3)
  })

  it('writes white on black, mostly in the middle, with every image bright', () => {
    const mean = images.reduce((a, b) => a + b) / images.length / 255
    expect(mean).toBeGreaterThan(0.07) // MNIST: 0.1307
    expect(mean).toBeLessThan(0.2)
    let border = 0
    for (let i = 0; i < train.length; i++) {
      const data = train.at(i).image.data as Uint8Array
      expect(Math.max(...data)).toBeGreaterThan(200)
      border += data.reduce((sum, v, at) => (at < 28 || at >= 756 || at % 28 === 0 || at % 28 === 27 ? sum + v : sum), 0)
    }
    expect(border / images.reduce((a, b) => a + b)).toBeLessThan(0.02)
  })

  it('can be learned, but not by a linear classifier alone', () => {
    const accuracy = linearAccuracy(digits({ train: 3000, test: 600, seed: 3 }), 30, 20)
    expect(accuracy).toBeGreaterThan(0.7)
    expect(accuracy).toBeLessThan(0.9)
  })

  it('refuses options outside their ranges', () => {
    expect(() => digits({ train: 0 })).toThrow(RangeError)
    expect(() => digits({ test: 1.5 })).toThrow(/test must be an integer from 1/)
    expect(() => digits({ size: 8 })).toThrow(/size must be an integer from 12 to 512, got 8/)
    expect(() => digits({ seed: 0.5 })).toThrow(/seed must be an integer/)
  })
})
