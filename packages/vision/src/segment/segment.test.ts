import { crossEntropy, dice, Param, ready, seed, ShapeError, RangeError, tensor, uninitialized, variables, zeros } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { classMapPicture, segmentationLoss, SegmentationScores, UNet } from '../index.ts'

beforeAll(async () => void (await ready()))

describe('UNet', () => {
  it('answers for every pixel, with as many parameters as the common one', () => {
    const count = (bilinear: boolean) => {
      const model = uninitialized(() => new UNet({ numClasses: 2, bilinear }))
      return [...variables(model, Param).values()].reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0)
    }
    expect(count(false)).toBe(31_037_698)
    expect(count(true)).toBe(17_262_977 - 65 + 2 * 65)
    seed(1)
    for (const bilinear of [false, true])
      expect(new UNet({ numClasses: 3, width: 2, bilinear }).eval().forward(zeros([2, 3, 20, 33])).shape).toEqual([2, 3, 20, 33])
  })

  it('says what it does not take', () => {
    expect(() => new UNet({ numClasses: 0 })).toThrow(RangeError)
    expect(() => uninitialized(() => new UNet({ numClasses: 2, width: 2 })).forward(zeros([1, 3, 15, 32]))).toThrow(ShapeError)
  })
})

describe('segmentationLoss', () => {
  const logits = tensor(
    Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.sin(i)),
    [2, 3, 2, 2],
  )
  const labels = tensor(Int32Array.of(0, 1, 2, 3, 2, 1, 3, 0), [2, 2, 2]) // 3 does not count

  it('is the cross-entropy of the pixels that count', async () => {
    const rows = [0, 1, 2, 4, 5, 7]
    const flat = logits
      .transpose([0, 2, 3, 1])
      .reshape([8, 3])
      .gather(tensor(Int32Array.from(rows)))
    const expected = await crossEntropy(flat, labels.flatten().gather(tensor(Int32Array.from(rows)))).item()
    expect(await segmentationLoss(logits, labels, { ignoreIndex: 3 }).item()).toBeCloseTo(expected, 6)
  })

  it('adds as much dice as is asked for, of what counts', async () => {
    const hard = (c: number) => [...labels.dataSync()].map(l => Number(l === c))
    const counts = tensor(
      [...labels.dataSync()].map(l => Number(l !== 3)),
      [2, 1, 2, 2],
    )
    const own = tensor(
      [0, 1].flatMap(n => [0, 1, 2].flatMap(c => hard(c).slice(4 * n, 4 * n + 4))),
      [2, 3, 2, 2],
    )
    const expected = await dice(logits.softmax(1).mul(counts), own).item()
    const [plain, both] = [
      segmentationLoss(logits, labels, { ignoreIndex: 3 }),
      segmentationLoss(logits, labels, { ignoreIndex: 3, dice: 0.5 }),
    ]
    expect((await both.item()) - (await plain.item())).toBeCloseTo(0.5 * expected, 6)
    expect(() => segmentationLoss(logits, zeros([2, 3, 2], 'int32'))).toThrow(ShapeError)
    expect(() => segmentationLoss(logits, labels, { dice: -1 })).toThrow(RangeError)
  })
})

describe('SegmentationScores', () => {
  it('by hand', () => {
    const scores = new SegmentationScores(4, { ignoreIndex: 9 })
    scores.add([0, 0, 1, 1, 2], [0, 1, 1, 1, 9])
    const more = new SegmentationScores(4, { ignoreIndex: 9 })
    more.add([0, 2], [0, 0])
    scores.merge(more)
    // class 0: right 2, there 3, said 3; class 1: 2, 3, 2; class 2: 0, 0, 1; class 3: nothing
    const { iou, dice, meanIou, meanDice, pixelAccuracy } = scores.value()
    expect(iou).toEqual([2 / 4, 2 / 3, 0, undefined])
    expect(dice).toEqual([4 / 6, 4 / 5, 0, undefined])
    expect(meanIou).toBeCloseTo((0.5 + 2 / 3) / 3, 12)
    expect(meanDice).toBeCloseTo((2 / 3 + 0.8) / 3, 12)
    expect(pixelAccuracy).toBeCloseTo(4 / 6, 12)
    scores.reset()
    expect(scores.value()).toMatchObject({ meanIou: 0, pixelAccuracy: 0 })
  })

  it('refuses what does not fit', () => {
    expect(() => new SegmentationScores(2, { ignoreIndex: 2 }).add([0], [0, 1])).toThrow(ShapeError)
    expect(() => new SegmentationScores(2).add([2], [0])).toThrow(RangeError)
  })
})

describe('classMapPicture', () => {
  it('has a colour for each class, over a picture if there is one', () => {
    const colors = [[100, 0, 0], [0, 200, 0]] as const // prettier-ignore
    expect([...classMapPicture([0, 1, 7], [1, 3], { colors }).data]).toEqual([100, 0, 0, 0, 200, 0, 0, 0, 0])
    const over = { shape: [3, 1, 1], data: Uint8Array.of(200, 100, 0) }
    expect([...classMapPicture([0], [1, 1], { colors, over, picture: 0.5 }).data]).toEqual([150, 50, 0])
    expect(() => classMapPicture([0], [1, 2])).toThrow(ShapeError)
    expect(() => classMapPicture([0, 0], [1, 2], { over })).toThrow(ShapeError)
  })
})
