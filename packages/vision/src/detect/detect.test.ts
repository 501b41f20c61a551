import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { grad, modules, Module, Param, RangeError, ready, seed, ShapeError, tensor, variables, zeros, type Tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  anchors,
  boxIou,
  decodeBoxes,
  detector,
  drawBoxes,
  matchAnchors,
  MeanAveragePrecision,
  SSD,
  ssdLoss,
  type AnchorAnswers,
  type Box,
  type Detections,
  type Truth,
} from '../index.ts'

beforeAll(async () => void (await ready()))

interface Flat {
  boxes: number[]
  labels: number[]
}
interface Golden {
  thresholds: number[]
  losses: {
    name: string
    anchors: number[]
    truths: Flat[]
    scores: number[]
    offsets: number[]
    label: number[][]
    offset: number[]
    places: number
    classes: number
    grads: [number[], number[]]
    boxes: number[]
  }[]
  precisions: {
    name: string
    classes: number
    pictures: { found: Detections; there: Truth }[]
    coco: (number | null)[][]
    area: (number | null)[][]
  }[]
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../private/golden/vision_detection.json'), 'utf8')) as Golden
const boxesOf = (flat: readonly number[]): Box[] =>
  Array.from({ length: flat.length / 4 }, (_, i) => flat.slice(4 * i, 4 * i + 4) as unknown as Box)
const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number) => {
  expect(actual.length).toBe(expected.length)
  expected.forEach((v, i) =>
    expect(Math.abs(actual[i]! - v), `number ${i}: ${actual[i]}, not ${v}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(v))),
  )
}

describe("torchvision's SSD", () => {
  it.each(golden.losses)('matches, encodes, decodes and judges alike: $name', async c => {
    const all = boxesOf(c.anchors)
    const { label, offset } = matchAnchors(
      all,
      c.truths.map(t => ({ boxes: boxesOf(t.boxes), labels: t.labels })),
    )
    expect([...label.data]).toEqual(c.label.flat())
    close(offset.data, c.offset, 1e-5)
    const n = c.truths.length
    const classes = c.scores.length / n / all.length
    const targets = { label: tensor(label.data, label.shape), offset: tensor(offset.data, offset.shape) }
    const [scores, offsets] = [tensor(c.scores, [n, all.length, classes]), tensor(c.offsets, [n, all.length, 4])]
    const { places, classes: said, loss } = ssdLoss({ scores, offsets }, targets)
    close([await places.item(), await said.item(), await loss.item()], [c.places, c.classes, c.places + c.classes], 1e-5)
    const found = grad((scores, offsets) => ssdLoss({ scores: scores!, offsets: offsets! }, targets).loss)(scores, offsets)
    for (const [i, g] of found.entries()) close(await g.data(), c.grads[i]!, 1e-5)
    close(await decodeBoxes(offsets, all).data(), c.boxes, 1e-4)
  })
})

describe('MeanAveragePrecision', () => {
  it.each(golden.precisions)('is what COCO and Pascal VOC measure: $name', ({ classes, pictures, coco, area }) => {
    for (const [interpolation, expected] of Object.entries({ coco, area })) {
      const scores = new MeanAveragePrecision(classes, { interpolation: interpolation as 'coco' })
      const half = new MeanAveragePrecision(classes, { interpolation: interpolation as 'coco' })
      const add = (to: MeanAveragePrecision, some: typeof pictures) => to.add(some.map(p => p.found), some.map(p => p.there)) // prettier-ignore
      add(scores, pictures.slice(0, 3))
      add(half, pictures.slice(3))
      scores.merge(half)
      const { map, map50, perClass, table } = scores.value()
      table.forEach(
        (row, t) => row.forEach((v, c) => expect(v ?? -1).toBeCloseTo(expected[t]![c] ?? -1, 9)), // −1: nothing to be found
      )
      const known = expected.flat().filter(v => v !== null)
      expect(map).toBeCloseTo(known.reduce((a, b) => a + b, 0) / known.length, 9)
      const first = expected[0]!.filter(v => v !== null)
      expect(map50).toBeCloseTo(first.reduce((a, b) => a + b, 0) / first.length, 9)
      expect(perClass.map(v => v === undefined)).toEqual(expected[0]!.map(v => v === null))
      scores.reset()
      expect(scores.value().map).toBe(0)
    }
  })

  it('by hand: three found of four, one of them false', () => {
    const there: Truth = { boxes: [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], labels: [0, 0, 0] } // prettier-ignore
    const found: Detections = { boxes: [[0, 0, 10, 10], [60, 0, 70, 10], [20, 0, 30, 9]], labels: [0, 0, 0], scores: [0.9, 0.8, 0.7] } // prettier-ignore
    const at = (options: ConstructorParameters<typeof MeanAveragePrecision>[1]) => {
      const scores = new MeanAveragePrecision(1, options)
      scores.add([found], [there])
      return scores.value()
    }
    // precision 1 up to recall 1/3, 2/3 up to 2/3, nothing beyond
    expect(at({ thresholds: [0.5], interpolation: 'area' }).map).toBeCloseTo((1 + 2 / 3) / 3, 12)
    expect(at({ thresholds: [0.5] }).map50).toBeCloseTo((34 + 33 * (2 / 3)) / 101, 12)
    // the third fits by 0.9 alone
    expect(at({ thresholds: [0.95], interpolation: 'area' }).map).toBeCloseTo(1 / 3, 12)
    expect(at({ thresholds: [0.95] }).map50).toBeUndefined()
    expect(at({ thresholds: [0.5], interpolation: 'area', maxDetections: 1 }).map).toBeCloseTo(1 / 3, 12)
  })

  it('refuses what does not fit', () => {
    const scores = new MeanAveragePrecision(2)
    const one: Truth = { boxes: [[0, 0, 1, 1]], labels: [2] }
    expect(() => scores.add([], [one])).toThrow(ShapeError)
    expect(() => scores.add([{ boxes: [], labels: [], scores: [] }], [one])).toThrow(/a label must be a whole number in 0…1, got 2/)
    expect(() => scores.add([{ boxes: [[0, 0, 1, 1]], labels: [0], scores: [] }], [{ boxes: [], labels: [] }])).toThrow(ShapeError)
    expect(() => new MeanAveragePrecision(0)).toThrow(RangeError)
    expect(() => new MeanAveragePrecision(1, { thresholds: [] })).toThrow(RangeError)
  })
})

describe('anchors and boxes', () => {
  it('stand around the middle of each place, level by level', () => {
    const all = anchors([16, 32], [{ stride: 16, sizes: [8], ratios: [1, 4] }, { stride: 32, sizes: [16], ratios: [1] }]) // prettier-ignore
    expect(all).toEqual([[4, 4, 12, 12], [0, 6, 16, 10], [20, 4, 28, 12], [16, 6, 32, 10], [8, 8, 24, 24]]) // prettier-ignore
    expect(() => anchors([8, 8], [{ stride: 8, sizes: [0], ratios: [1] }])).toThrow(RangeError)
  })

  it('overlap', () => {
    expect(boxIou([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3, 12)
    expect([boxIou([0, 0, 1, 1], [1, 1, 2, 2]), boxIou([5, 5, 5, 5], [5, 5, 5, 5]), boxIou([3, 3, 1, 1], [0, 0, 4, 4])]).toEqual([0, 0, 0])
  })

  it('have nobody for boxes of no size and crowds, and refuse what is no box', () => {
    const all = anchors([32, 32], [{ stride: 16, sizes: [16], ratios: [1] }])
    const labels = (truth: Truth) => [...matchAnchors(all, [truth]).label.data]
    expect(labels({ boxes: [[0, 0, 16, 16], [20, 20, 20, 20]], labels: [1, 0] })).toEqual([2, 0, 0, 0]) // prettier-ignore
    expect(labels({ boxes: [[0, 0, 16, 16]], labels: [1], crowd: [true] })).toEqual([0, 0, 0, 0])
    // a small one gets the anchor that fits it best
    expect(labels({ boxes: [[20, 20, 24, 24]], labels: [0] })).toEqual([0, 0, 0, 1])
    expect(() => labels({ boxes: [[0, 0, NaN, 1]], labels: [0] })).toThrow(RangeError)
    expect(() => labels({ boxes: [[0, 0, 1, 1]], labels: [] })).toThrow(ShapeError)
  })

  it('are drawn', () => {
    const { data, shape } = drawBoxes({ shape: [1, 4, 4], data: new Uint8Array(16).fill(9) }, { boxes: [[0, 0, 4, 3]], labels: [1] }, { colors: [[0, 0, 0], [1, 2, 3]], thickness: 1 }) // prettier-ignore
    expect(shape).toEqual([3, 4, 4])
    expect(Array.from(data.subarray(0, 16))).toEqual([1, 1, 1, 1, 1, 9, 9, 1, 1, 1, 1, 1, 9, 9, 9, 9])
    expect([data[16], data[32]]).toEqual([2, 3])
    expect(() => drawBoxes({ shape: [2, 2, 2], data: new Uint8Array(8) }, { boxes: [], labels: [] })).toThrow(ShapeError)
  })
})

/** Answers as they are told, whatever the picture. */
class Told extends Module {
  constructor(
    readonly all: Box[],
    readonly answers: AnchorAnswers,
  ) {
    super()
  }
  anchors(): Box[] {
    return this.all
  }
  forward(x: Tensor): AnchorAnswers {
    return { scores: this.answers.scores.add(x.sum().mul(0)), offsets: this.answers.offsets }
  }
}

describe('detector', () => {
  const all: Box[] = [[0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 60, 40]] // prettier-ignore
  const sure = (scores: number[][]) => ({ scores: tensor([scores]).maximum(1e-9).log(), offsets: zeros([1, 3, 4]) })

  it('keeps the best of those that overlap, inside the picture, the surest first', async () => {
    const model = new Told(all, sure([[0.1, 0.6, 0.3], [0.2, 0.7, 0.1], [0.02, 0.96, 0.02]])) // prettier-ignore
    const { detect, dispose } = detector(model, { scoreThreshold: 0.25 })
    const [found] = await detect(zeros([1, 3, 32, 32]))
    expect(found!.boxes).toEqual([[20, 20, 32, 32], [1, 0, 11, 10], [0, 0, 10, 10]]) // prettier-ignore
    expect(found!.labels).toEqual([0, 0, 1])
    found!.scores.forEach((s, i) => expect(s).toBeCloseTo([0.96, 0.7, 0.3][i]!, 5))
    const [two] = await detector(model, { scoreThreshold: 0.25, maxDetections: 2 }).detect(zeros([1, 3, 32, 32]))
    expect(two!.labels).toEqual([0, 0])
    expect(await detector(model, { scoreThreshold: 0.99 }).detect(zeros([1, 3, 32, 32]))).toEqual([{ boxes: [], labels: [], scores: [] }])
    await dispose()
  })

  it('says what it does not take, and what a model must not give', async () => {
    expect(() => detector(new Told(all, sure([[1, 0]])), { iouThreshold: 2 })).toThrow(RangeError)
    expect(() => detector(new Told(all, sure([[1, 0]])), { maxDetections: 0 })).toThrow(RangeError)
    const broken = new Told(all, { scores: tensor([[[NaN, 0], [0, 0], [0, 0]]]), offsets: zeros([1, 3, 4]) }) // prettier-ignore
    await expect(detector(broken).detect(zeros([1, 3, 32, 32]))).rejects.toThrow(/not numbers/)
  })
})

describe('SSD', () => {
  it('answers for every anchor, under paths that stay', () => {
    seed(1)
    const model = new SSD({ numClasses: 3, width: 4, pyramid: 8, blocks: [1, 1, 1, 1] }).eval()
    const { scores, offsets } = model.forward(zeros([2, 3, 64, 96]))
    const count = (8 * 12 + 4 * 6 + 2 * 3) * 9
    expect([scores.shape, offsets.shape, model.anchors([64, 96]).length]).toEqual([[2, count, 4], [2, count, 4], count])
    expect([...variables(model, Param).keys()]).toContain('stages.1.0.downsample.0.weight')
    expect(modules(model).has('scores.2.conv')).toBe(true)
    expect(() => model.forward(zeros([1, 3, 60, 64]))).toThrow(/multiples of 32/)
    expect(() => new SSD({ numClasses: 0 })).toThrow(RangeError)
    const level = { stride: 8, sizes: [8], ratios: [1] }
    expect(() => new SSD({ numClasses: 1, levels: [level, level, level] })).toThrow(/strides 8, 16 and 32/)
    expect(() => ssdLoss({ scores, offsets }, { label: zeros([2, 3], 'int32'), offset: offsets })).toThrow(ShapeError)
    expect(() => decodeBoxes(offsets, [])).toThrow(ShapeError)
  })
})
