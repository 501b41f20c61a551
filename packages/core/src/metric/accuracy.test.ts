import { describe, expect, it } from 'vitest'
import { accuracy, binaryAccuracy, perplexity, RangeError, ShapeError, tensor, topKAccuracy } from '../index.ts'

const scores = [
  [3, 1, 2, 0],
  [0, 1, 2, 3],
  [1, 5, 4, 4],
  [2, 2, 2, 2],
  [-1, -5, -3, -2],
]
const logits = tensor(scores)
const labels = tensor([2, 3, 3, 1, 1], [5], 'int32')

/** How many scores are larger than the label's. */
const ranks = [1, 0, 1, 0, 3]

describe('metrics of a batch', () => {
  it('count the right answers', () => {
    expect(accuracy(logits, labels).itemSync()).toBeCloseTo(1 / 5, 6) // of equal scores the first is the answer
    for (const k of [1, 2, 3, 4])
      expect(topKAccuracy(k)(logits, labels).itemSync(), `top ${k}`).toBeCloseTo(ranks.filter(r => r < k).length / 5, 6)
    expect(binaryAccuracy(tensor([2, -1, 0, 3]), tensor([1, 0, 1, 0])).itemSync()).toBe(0.5)
  })

  it('take masks', () => {
    const mask = labels.equal(3)
    expect(accuracy(logits, labels, { mask }).itemSync()).toBe(0.5)
    expect(topKAccuracy(2)(logits, labels, { mask }).itemSync()).toBe(1)
    expect(accuracy(logits, labels, { mask: labels.equal(7) }).itemSync()).toBe(0)
    expect([...accuracy(logits, labels, { reduction: 'none' }).dataSync()]).toEqual([0, 1, 0, 0, 0])
  })

  it('say among how many a model hesitates', () => {
    expect(
      perplexity(
        tensor([
          [1, 1, 1, 1],
          [7, 7, 7, 7],
        ]),
        tensor([0, 3], [2], 'int32'),
      ).itemSync(),
    ).toBeCloseTo(4, 5)
    expect(perplexity(tensor([[100, 0]]), tensor([0], [1], 'int32')).itemSync()).toBe(1)
  })

  it('refuse what does not fit', () => {
    expect(() => accuracy(logits, tensor([1, 2], [2], 'int32'))).toThrow(
      new ShapeError('accuracy: scores must be [..., classes] and labels int32 [...], got [5,4] and int32 [2]'),
    )
    expect(() => accuracy(logits, tensor([1, 2, 3, 1, 1]))).toThrow(ShapeError)
    expect(() => topKAccuracy(0)).toThrow(RangeError)
    expect(() => binaryAccuracy(tensor([1, 2]), tensor([[1, 2]]))).toThrow(ShapeError)
  })
})
