import { FormatError, HostRng, RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import type { Field } from '../source/array-dataset.ts'
import { kMeans } from './k-means.ts'
import { imputer, imputerOf, type ImputerState } from './imputer.ts'
import { oneHotEncoder, oneHotEncoderOf, type OneHotState } from './one-hot-encoder.ts'
import { minMaxScaler, scalerOf, standardScaler, type ScalerState } from './scaler.ts'

const table = (rows: number[][]): Field => ({ data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0]!.length] })
const rows = ({ data, shape }: Field): number[][] =>
  Array.from({ length: shape[0]! }, (_, i) => [...data.subarray(i * shape[1]!, (i + 1) * shape[1]!)])
const again = <T>(state: T): T => JSON.parse(JSON.stringify(state)) as T

describe('scalers', () => {
  const x = table([
    [1, 5, NaN],
    [2, 5, 10],
    [3, 5, 30],
    [6, 5, 20],
  ])

  it('bring columns to mean 0 and deviation 1, constants to 0, and leave missing ones', () => {
    const scaler = standardScaler(x)
    // Mean 3, variance (4 + 1 + 0 + 9) / 4; mean 20, variance 200 / 3.
    expect(scaler.state.center).toEqual([3, 5, 20])
    expect(scaler.state.scale).toEqual([Math.sqrt(3.5), 1, Math.sqrt(200 / 3)])
    const y = rows(scaler.apply(x))
    expect(y.map(r => r[1])).toEqual([0, 0, 0, 0])
    expect(y[3]![0]).toBeCloseTo(3 / Math.sqrt(3.5), 6)
    expect(y[0]![2]).toBeNaN()
    expect(y[1]![2]).toBeCloseTo(-10 / Math.sqrt(200 / 3), 6)
  })

  it('bring columns to 0 … 1, with what lies outside beyond', () => {
    const scaler = minMaxScaler(x)
    expect(rows(scaler.apply(x)).map(r => Math.fround(r[0]!))).toEqual([0, 0.2, 0.4, 1].map(Math.fround))
    expect(rows(scaler.apply(table([[11, 5, 0]])))).toEqual([[2, 0, -0.5]])
  })

  it('go back, also from a saved state', () => {
    for (const scaler of [standardScaler(x), minMaxScaler(x)]) {
      const saved = scalerOf(again(scaler.state))
      expect(saved.apply(x)).toEqual(scaler.apply(x))
      const back = saved.invert(scaler.apply(x)).data
      expect(back.every((v, i) => (Number.isNaN(x.data[i]) ? Number.isNaN(v) : Math.abs(v - x.data[i]!) < 1e-5))).toBe(true)
    }
  })

  it('refuse what is no table, no state, or no number', () => {
    expect(() => standardScaler({ data: new Float32Array(3), shape: [3] })).toThrow(ShapeError)
    expect(() => standardScaler(x).apply(table([[1, 2]]))).toThrow(/fitted to 3 columns, x is \[1,2\]/)
    expect(() => standardScaler(table([[NaN], [NaN]]))).toThrow(/column 0 has no number/)
    expect(() => minMaxScaler(table([[Infinity], [1]]))).toThrow(RangeError)
    for (const state of [null, {}, { center: [1], scale: [0] }, { center: [1, 2], scale: [1] }, { center: ['1'], scale: [1] }])
      expect(() => scalerOf(state as ScalerState)).toThrow(FormatError)
  })
})

describe('imputer', () => {
  const x = table([
    [1, NaN],
    [NaN, 4],
    [2, 4],
    [2, 1],
    [7, 9],
  ])
  it.each([
    ['mean', 3, 4.5],
    ['median', 2, 4],
    ['mostFrequent', 2, 4],
    [-1, -1, -1],
  ] as const)('fills missing numbers by %s', (strategy, first, second) => {
    const fitted = imputer(x, strategy)
    const y = rows(imputerOf(again(fitted.state)).apply(x))
    expect([y[1]![0], y[0]![1]]).toEqual([first, second])
    expect(y[4]).toEqual([7, 9])
  })
  it('refuses what it cannot know', () => {
    expect(() => imputer(table([[NaN]]), 'mean')).toThrow(/column 0 has no number at all\. Give a constant/)
    expect(() => imputer(x, 'toString' as 'mean')).toThrow(/strategy must be mean, median, mostFrequent or a number/)
    expect(() => imputer(x, NaN)).toThrow(FormatError)
    expect(() => imputerOf({ values: [] } as ImputerState)).toThrow(FormatError)
  })
})

describe('oneHotEncoder', () => {
  const encoder = oneHotEncoder([
    ['red', 'blue', 'red'],
    ['s', 'l', 'm'],
  ])
  it('puts a 1 at the place of each text, and finds the texts again', () => {
    expect(encoder.state.categories).toEqual([
      ['blue', 'red'],
      ['l', 'm', 's'],
    ])
    const saved = oneHotEncoderOf(again(encoder.state))
    const y = saved.apply([
      ['blue', 'red'],
      ['s', 'm'],
    ])
    expect(rows(y)).toEqual([
      [1, 0, 0, 0, 1],
      [0, 1, 0, 1, 0],
    ])
    expect(saved.invert(y)).toEqual([
      ['blue', 'red'],
      ['s', 'm'],
    ])
  })
  it('refuses unknown texts, or makes them zeros', () => {
    expect(() => encoder.apply([['green'], ['s']])).toThrow(/'green' in row 0 of column 0 is not one of blue, red/)
    const lenient = oneHotEncoder([['a', 'constructor']], { unknown: 'zeros' })
    expect(rows(lenient.apply([['b', '__proto__', 'constructor']]))).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
    ])
    expect(lenient.invert(lenient.apply([['b']]))).toEqual([['']])
    expect(() => encoder.apply([['red']])).toThrow(/takes 2 columns of one length/)
    for (const state of [null, { categories: [] }, { categories: [['a', 'a']], unknown: 'zeros' }, { categories: [['a']], unknown: 'x' }])
      expect(() => oneHotEncoderOf(state as OneHotState)).toThrow(FormatError)
  })
})

describe('kMeans', () => {
  // three heaps of 40 rows around corners far apart
  const corners = [[0, 0], [10, 0], [0, 10]] // prettier-ignore
  const rng = new HostRng(3)
  const heaps = table(Array.from({ length: 120 }, (_, i) => corners[i % 3]!.map(v => v + rng.uniform() - 0.5)))

  it('finds heaps, their means and how far rows lie from them', async () => {
    const { centers, labels, error } = await kMeans(heaps, 3, { seed: 1 })
    for (let i = 3; i < 120; i++) expect(labels[i]).toBe(labels[i % 3])
    expect(new Set(labels).size).toBe(3)
    const points = rows(heaps)
    for (let c = 0; c < 3; c++) {
      const own = points.filter((_, i) => i % 3 === c)
      const mean = [0, 1].map(k => own.reduce((sum, row) => sum + row[k]!, 0) / 40)
      rows(centers)[labels[c]!]!.forEach((v, k) => expect(v).toBeCloseTo(mean[k]!, 5))
    }
    const squares = points.map((row, i) => rows(centers)[labels[i]!]!.reduce((sum, v, k) => sum + (v - row[k]!) ** 2, 0))
    expect(error).toBeCloseTo(squares.reduce((a, b) => a + b) / 120, 5)
  })
  it('gives each row its nearest center, the same for the same seed', async () => {
    const x = table(Array.from({ length: 5000 }, () => [rng.uniform(), rng.uniform(), rng.uniform()]))
    const found = await kMeans(x, 7, { seed: 5 })
    expect(await kMeans(x, 7, { seed: 5 })).toEqual(found)
    const centers = rows(found.centers)
    for (const [i, row] of rows(x).entries()) {
      const to = (center: number[]): number => center.reduce((sum, v, k) => sum + (v - row[k]!) ** 2, 0)
      expect(to(centers[found.labels[i]!]!)).toBeLessThan(Math.min(...centers.map(to)) + 1e-5)
    }
    expect((await kMeans(x, 7, { seed: 5, rounds: 1 })).error).toBeGreaterThan(found.error)
  })
  it('as many groups as rows leave no error, also of rows that are alike', async () => {
    expect((await kMeans(table([[1, 2], [3, 4], [5, 6]]), 3)).error).toBeCloseTo(0, 5) // prettier-ignore
    const { labels, error } = await kMeans(table([[1], [1], [1], [4]]), 3) // prettier-ignore
    expect(error).toBeCloseTo(0, 5)
    expect(labels[3]).not.toBe(labels[0])
  })
  it('says what it cannot do', async () => {
    await expect(kMeans(heaps, 0)).rejects.toThrow(RangeError)
    await expect(kMeans(table([[1]]), 2)).rejects.toThrow('groups must be a whole number from 1 to the 1 rows, got 2')
    await expect(kMeans(heaps, 2, { rounds: 0 })).rejects.toThrow('rounds must be a whole number of at least 1, got 0')
    await expect(kMeans({ data: new Float32Array(3), shape: [3] }, 2)).rejects.toThrow(ShapeError)
  })
})
