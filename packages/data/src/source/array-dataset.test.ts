import { RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { ArrayDataset } from './array-dataset.ts'

const make = (n = 10): ArrayDataset<'image' | 'label'> =>
  new ArrayDataset({
    image: { data: Uint8Array.from({ length: n * 4 }, (_, i) => i), shape: [n, 2, 2] },
    label: { data: Int32Array.from({ length: n }, (_, i) => i), shape: [n] },
  })
const labels = (dataset: ArrayDataset<'image' | 'label'>): number[] => [...dataset.fields.label.data]

describe('ArrayDataset', () => {
  it('hands out one sample', () => {
    expect(make().at(3)).toEqual({
      image: { data: Uint8Array.of(12, 13, 14, 15), shape: [2, 2] },
      label: { data: Int32Array.of(3), shape: [] },
    })
  })

  it('takes and slices in the same memory', () => {
    const all = make()
    const part = all.slice(2, 5)
    expect([part.length, part.fields.image.shape, labels(part)]).toEqual([3, [3, 2, 2], [2, 3, 4]])
    expect(part.fields.image.data.buffer).toBe(all.fields.image.data.buffer)
    expect(part.at(0).image.data[0]).toBe(8)
    expect([labels(all.take(2)), labels(all.slice(-2)), all.take(99).length, all.take(0).length, all.slice(5, 2).length]).toEqual([
      [0, 1],
      [8, 9],
      10,
      0,
      0,
    ])
  })

  it('chooses samples in any order, also twice', () => {
    const chosen = make().subset([7, 0, 7])
    expect(chosen.fields).toEqual({
      image: { data: Uint8Array.of(28, 29, 30, 31, 0, 1, 2, 3, 28, 29, 30, 31), shape: [3, 2, 2] },
      label: { data: Int32Array.of(7, 0, 7), shape: [3] },
    })
  })

  it('keeps the kind of each array, and makes none of Buffers', () => {
    const mixed = new ArrayDataset({
      a: { data: Buffer.from([1, 2]), shape: [2] },
      b: { data: Float32Array.of(0.5, 1.5), shape: [2, 1] },
    }).subset([1])
    expect([mixed.fields.a.data.constructor, mixed.fields.b.data.constructor]).toEqual([Uint8Array, Float32Array])
    expect([...mixed.fields.b.data]).toEqual([1.5])
  })

  it('splits into all samples, at random but the same for the same seed', () => {
    const all = make(100)
    const [first, second] = all.split(0.8, 7)
    expect([first.length, second.length]).toEqual([80, 20])
    expect([...labels(first), ...labels(second)].sort((a, b) => a - b)).toEqual(labels(all))
    expect(labels(first)).not.toEqual(labels(all.take(80)))
    expect(labels(all.split(0.8, 7)[1])).toEqual(labels(second))
    expect(labels(all.split(0.8, 8)[1])).not.toEqual(labels(second))
    expect(first.at(5).image.data[0]).toBe((4 * first.at(5).label.data[0]!) % 256)
    expect(all.split(0, 1).map(d => d.length)).toEqual([0, 100])
  })

  it('refuses fields that do not fit and samples that do not exist', () => {
    expect(() => new ArrayDataset({})).toThrow(ShapeError)
    expect(() => new ArrayDataset({ x: { data: new Uint8Array(3), shape: [2, 2] } })).toThrow(
      /field x has 3 numbers, its shape \[2,2\] needs 4/,
    )
    expect(() => new ArrayDataset({ x: { data: new Uint8Array(1), shape: [] } })).toThrow(/needs a first axis of samples/)
    expect(() => new ArrayDataset({ x: { data: new Uint8Array(2), shape: [2] }, y: { data: new Uint8Array(3), shape: [3] } })).toThrow(
      /x has 2, y \[3\] has 3/,
    )
    for (const index of [-1, 10, 0.5, NaN]) {
      expect(() => make().at(index)).toThrow(RangeError)
      expect(() => make().subset([0, index])).toThrow(/does not exist, there are 10/)
    }
    for (const fraction of [-0.1, 1.1, NaN]) expect(() => make().split(fraction, 0)).toThrow(/fraction must be between 0 and 1/)
  })
})
