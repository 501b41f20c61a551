import { RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { sampleGrid } from '../draw/sample-grid.ts'
import type { Fields } from '../source/array-dataset.ts'
import { shapes } from './shapes.ts'

describe('shapes', () => {
  const { train, test, classes } = shapes({ train: 60, test: 10, size: 48, seed: 4 })

  it('have pictures, labels, boxes, classes and masks that belong together', () => {
    expect(Object.entries(train.fields).map(([name, f]) => [name, f.shape])).toEqual([
      ['image', [60, 3, 48, 48]],
      ['label', [60]],
      ['boxes', [60, 3, 4]],
      ['classes', [60, 3]],
      ['mask', [60, 48, 48]],
    ])
    for (let i = 0; i < 60; i++) {
      const { boxes, classes: kinds, mask, label } = train.at(i)
      expect([...kinds.data]).toContain(label.data[0])
      const inBoxes = new Set<number>()
      kinds.data.forEach((kind, k) => {
        const [x1, y1, x2, y2] = boxes.data.subarray(4 * k) as unknown as [number, number, number, number]
        let touched = 0
        for (let y = y1; y < y2; y++) {
          for (let x = x1; x < x2; x++) {
            inBoxes.add(y * 48 + x)
            touched += Number(mask.data[y * 48 + x] === kind + 1)
          }
        }
        expect(touched > 0 && x2 > x1 && y2 > y1).toBe(kind >= 0)
      })
      // All that a mask marks lies in a box, but for specks of what is nearly covered.
      const outside = [...mask.data].filter((v, p) => v > 0 && !inBoxes.has(p)).length
      expect(outside).toBeLessThan(0.004 * 48 * 48)
    }
  })

  it('are the same for one seed, however many, and others for another and for testing', () => {
    const again = shapes({ train: 5, test: 1, size: 48, seed: 4 })
    expect(again.train.fields.image.data).toEqual(train.take(5).fields.image.data)
    expect(again.train.fields.mask.data).toEqual(train.take(5).fields.mask.data)
    expect(shapes({ train: 5, test: 1, size: 48, seed: 5 }).train.fields.image.data).not.toEqual(again.train.fields.image.data)
    expect(test.take(5).fields.image.data).not.toEqual(again.train.fields.image.data)
  })

  it('show every kind, and up to as many as asked for', () => {
    expect(new Set(train.fields.label.data).size).toBe(classes.length)
    const counts = Array.from({ length: 60 }, (_, i) => train.at(i).classes.data.filter(k => k >= 0).length)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 3])
    expect(shapes({ train: 4, test: 1, objects: 1 }).train.fields.boxes.shape).toEqual([4, 1, 4])
  })

  it('refuse options outside their ranges', () => {
    for (const options of [{ train: 0 }, { size: 8 }, { objects: 17 }, { test: 1.5 }]) expect(() => shapes(options)).toThrow(RangeError)
  })
})

describe('sampleGrid', () => {
  const { train, classes } = shapes({ train: 6, test: 1, size: 32, seed: 1 })
  it('draws samples with captions', async () => {
    const svg = await sampleGrid(train, { count: 4, columns: 2, classes, title: 'Shapes' })
    expect(svg.match(/<image /g)!.length).toBe(4)
    expect(svg).toContain('width="160" height="160"')
    expect(svg).toContain(`>${classes[train.fields.label.data[0]!]}</text>`)
    expect(await sampleGrid(train, { count: 4, columns: 2, classes, title: 'Shapes' })).toBe(svg)
    expect(await sampleGrid(train, { count: 4, columns: 2, classes, title: 'Shapes', seed: 2 })).not.toBe(svg)
  })
  it('lays masks over pictures and draws boxes around', async () => {
    const plain: Fields = { image: { data: new Uint8Array(64), shape: [1, 8, 8] } }
    const of = (extra: Fields, options = {}): Promise<string> =>
      sampleGrid({ length: 1, at: () => ({ ...plain, ...extra }) }, { side: 16, ...options })
    const pictures = await Promise.all([
      of({}),
      of({ mask: { data: new Int32Array(64).fill(1, 0, 9), shape: [8, 8] } }),
      of({ boxes: { data: Float32Array.of(1, 1, 5, 6), shape: [1, 4] }, classes: { data: Int32Array.of(2), shape: [1] } }),
    ])
    expect(new Set(pictures).size).toBe(3)
    expect(await of({ boxes: { data: new Float32Array(4), shape: [1, 4] }, classes: { data: Int32Array.of(-1), shape: [1] } })).toBe(
      pictures[0],
    )
    expect(await of({ mask: { data: new Int32Array(64).fill(3), shape: [8, 8] } }, { background: 3 })).toBe(pictures[0])
  })
  it('spreads floats from black to white', async () => {
    const of = (data: Uint8Array | Float32Array): Promise<string> =>
      sampleGrid({ length: 1, at: () => ({ image: { data, shape: [1, 1, 2] } }) }, { side: 8 })
    expect(await of(Float32Array.of(-2, 3))).toBe(await of(Uint8Array.of(0, 255)))
  })
  it('refuses what it cannot draw', async () => {
    await expect(sampleGrid(train, { count: 0 })).rejects.toThrow(RangeError)
    await expect(sampleGrid({ length: 0, at: () => ({}) })).rejects.toThrow(/the dataset is empty/)
    await expect(sampleGrid({ length: 1, at: () => ({}) })).rejects.toThrow(ShapeError)
    await expect(sampleGrid({ length: 1, at: () => ({ image: { data: new Uint8Array(8), shape: [2, 2, 2] } }) })).rejects.toThrow(
      /1 or 3 channels/,
    )
  })
})
