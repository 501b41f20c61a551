import { describe, expect, it } from 'vitest'
import { RangeError, ShapeError } from '../errors.ts'
import { classificationReport, ConfusionMatrix } from './classification.ts'

/** The example in scikit-learn's documentation of `classification_report`. */
const documented = () => {
  const matrix = new ConfusionMatrix(3)
  matrix.add([0, 0, 2, 2, 1], [0, 1, 2, 2, 2])
  return matrix
}

describe('ConfusionMatrix', () => {
  it('has a row an expected and a column a predicted class', () => {
    expect(documented().counts).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 2],
    ])
  })

  it('scores as scikit-learn documents', () => {
    const matrix = documented()
    expect(matrix.accuracy()).toBe(0.6)
    const scores = matrix.perClass()
    expect(scores.map(s => s.precision)).toEqual([0.5, 0, 1])
    expect(scores.map(s => s.recall)).toEqual([1, 0, 2 / 3])
    expect(scores.map(s => s.f1)).toEqual([2 / 3, 0, 0.8])
    expect(scores.map(s => s.support)).toEqual([1, 1, 3])
  })

  it('averages over classes, over examples, and over counts', () => {
    const matrix = documented()
    // precision (1/2 + 0 + 1)/3, recall (1 + 0 + 2/3)/3, f1 (2/3 + 0 + 4/5)/3
    expect(matrix.macro()).toEqual({ precision: 0.5, recall: expect.closeTo(5 / 9, 12), f1: expect.closeTo(22 / 45, 12), support: 5 })
    // weights 1, 1, 3: precision (1/2 + 3)/5, recall (1 + 2)/5, f1 (2/3 + 12/5)/5
    expect(matrix.weighted()).toEqual({ precision: 0.7, recall: expect.closeTo(0.6, 12), f1: expect.closeTo(46 / 75, 12), support: 5 })
    expect(matrix.micro()).toEqual({ precision: 0.6, recall: 0.6, f1: 0.6, support: 5 })
  })

  it('adds up batches and matrices', () => {
    const first = new ConfusionMatrix(3)
    first.add(Int32Array.of(0, 0, 2), Uint8Array.of(0, 1, 2))
    const second = new ConfusionMatrix(3)
    second.add([2, 1], [2, 2])
    first.merge(second)
    expect(first.counts).toEqual(documented().counts)
    expect(second.counts.flat().reduce((a, b) => a + b)).toBe(2)
  })

  it('scores 0 where there is nothing to divide by', () => {
    const empty = new ConfusionMatrix(2)
    expect(empty.accuracy()).toBe(0)
    for (const scores of [empty.macro(), empty.micro(), empty.weighted(), ...empty.perClass()])
      expect(scores).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 })
  })

  it('refuses labels that are no class and then adds nothing', () => {
    const matrix = new ConfusionMatrix(3)
    expect(() => matrix.add([0, 1], [0, 3])).toThrow(
      new RangeError('ConfusionMatrix.add: a label must be a whole number in 0…2, got expected[1] = 3.'),
    )
    expect(() => matrix.add([-1], [0])).toThrow('predicted[0] = -1')
    expect(() => matrix.add([0.5], [0])).toThrow('predicted[0] = 0.5')
    expect(() => matrix.add([NaN], [0])).toThrow('predicted[0] = NaN')
    expect(() => matrix.add([0], [0, 1])).toThrow(ShapeError)
    expect(matrix.counts.flat().every(count => count === 0)).toBe(true)
    expect(() => matrix.merge(new ConfusionMatrix(2))).toThrow(ShapeError)
    expect(() => new ConfusionMatrix(0)).toThrow(RangeError)
  })
})

describe('classificationReport', () => {
  it('lines up', () => {
    expect(classificationReport(documented(), ['cat', 'dog', 'fish'])).toBe(
      [
        '               precision     recall         f1    support',
        '',
        '          cat     0.5000     1.0000     0.6667          1',
        '          dog     0.0000     0.0000     0.0000          1',
        '         fish     1.0000     0.6667     0.8000          3',
        '',
        '     accuracy                           0.6000          5',
        '   macro mean     0.5000     0.5556     0.4889          5',
        'weighted mean     0.7000     0.6000     0.6133          5',
      ].join('\n'),
    )
  })

  it('wants a label a class', () => {
    expect(() => classificationReport(documented(), ['cat'])).toThrow('classificationReport: 3 classes need 3 labels, got 1.')
  })
})
