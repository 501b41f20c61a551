import { RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import type { Field } from '../source/array-dataset.ts'
import { toFloat } from './to-float.ts'

const label: Field = { data: Int32Array.of(1, 2), shape: [2] }

describe('toFloat', () => {
  it('brings pixels to 0 … 1, gives them a channel axis, and leaves the rest alone', () => {
    const image: Field = { data: Uint8Array.of(0, 51, 102, 255), shape: [2, 1, 2] }
    const mask: Field = { data: Uint8Array.of(0, 1), shape: [2] }
    const batch = toFloat()({ image, label, mask })
    expect(batch.image).toEqual({ data: Float32Array.of(0, 0.2, 0.4, 1), shape: [2, 1, 1, 2] })
    expect([batch.label, batch.mask]).toEqual([label, mask])
    expect([...image.data]).toEqual([0, 51, 102, 255])
  })

  it('standardizes each channel', () => {
    const image: Field = { data: Uint8Array.of(0, 255, 255, 0, 51, 204), shape: [1, 3, 1, 2] }
    const { data, shape } = toFloat({ mean: [0.5, 0, 0.2], std: [0.25, 1, 2] })({ image }).image
    expect(shape).toEqual([1, 3, 1, 2])
    ;[-2, 2, 1, 0, 0, 0.3].forEach((expected, i) => expect(data[i]).toBeCloseTo(expected, 6))
  })

  it('goes on with the first channel at the next picture', () => {
    const image: Field = { data: Uint8Array.of(1, 1, 1, 1), shape: [2, 2, 1, 1] }
    expect([...toFloat({ scale: 1, mean: [0, 1] })({ image }).image.data]).toEqual([1, 0, 1, 0])
  })

  it('changes only the fields named', () => {
    const image: Field = { data: Uint8Array.of(255), shape: [1, 1, 1] }
    const batch = toFloat({ fields: ['image'], scale: 1 })({ image, depth: image })
    expect([batch.image.data[0], batch.image.shape, batch.depth]).toEqual([255, [1, 1, 1, 1], image])
  })

  it('refuses what does not fit', () => {
    const image: Field = { data: new Uint8Array(12), shape: [1, 3, 2, 2] }
    expect(() => toFloat({ fields: ['picture'] })({ image })).toThrow(/no field picture, only image/)
    expect(() => toFloat({ fields: ['label'] })({ label })).toThrow(ShapeError)
    expect(() => toFloat({ mean: [0, 0] })({ image })).toThrow(/3 channels, but mean or std has 2 numbers/)
    expect(() => toFloat({ std: [1, 0, 1] })).toThrow(RangeError)
    expect(() => toFloat({ scale: NaN })).toThrow(/scale must be finite, got NaN/)
  })
})
