import { describe, expect, it } from 'vitest'
import { RangeError, ShapeError } from '../errors.ts'
import { readGolden } from '../testing/golden.ts'
import type { Accumulator, Numbers } from './accumulator.ts'
import { classificationReport, ConfusionMatrix, type ClassScores } from './classification.ts'
import { Mae, Mean, Perplexity, Rmse } from './mean.ts'
import { R2 } from './r2.ts'
import { AveragePrecision, RocAuc } from './ranking.ts'

type Scores = Omit<ClassScores, 'support'>
interface Golden {
  cases: {
    name: string
    classes: number
    labels: number[]
    predictions: number[]
    accuracy: number
    confusion: number[][]
    support: number[]
    perClass: Scores[]
    macro: Scores
    weighted: Scores
    micro: Scores
  }[]
  rankings: { name: string; scores: number[]; labels: number[]; rocAuc: number; averagePrecision: number }[]
  regressions: {
    name: string
    predictions: number[]
    targets: number[]
    mae: number
    rmse: number
    r2: number
    perplexity: number | string
  }[]
}
const golden = readGolden('metrics') as Golden

/** At once, in batches, and merged from parts that were made apart, an accumulator gives the same. */
function expectAccumulates<V>(
  make: () => Accumulator<[Numbers, Numbers], V>,
  a: readonly number[],
  b: readonly number[],
  check: (value: V) => void,
): void {
  const whole = make()
  whole.add(a, b)
  check(whole.value())
  const cut = Math.ceil(a.length / 3)
  const [left, right, none] = [make(), make(), make()]
  left.add(a.slice(0, 1), b.slice(0, 1))
  left.add(a.slice(1, cut), b.slice(1, cut))
  right.add(Float64Array.from(a.slice(cut)), b.slice(cut))
  none.merge(make())
  left.merge(none)
  none.merge(right)
  left.merge(none)
  check(left.value())
  whole.reset()
  whole.merge(right)
  whole.reset()
  whole.add(a, b)
  check(whole.value())
}

const near = (actual: number, expected: number | string): void => {
  const e = Number(expected)
  if (actual !== e) expect(Math.abs(actual - e), `${actual} is not ${e}`).toBeLessThanOrEqual(6e-9 * Math.max(1, Math.abs(e)))
}
const nearAll = (actual: ClassScores, expected: Scores): void => {
  near(actual.precision, expected.precision)
  near(actual.recall, expected.recall)
  near(actual.f1, expected.f1)
}

describe('by their definitions, in exact fractions', () => {
  for (const c of golden.cases)
    it(`ConfusionMatrix: ${c.name}`, () =>
      expectAccumulates(
        () => new ConfusionMatrix(c.classes),
        c.predictions,
        c.labels,
        value => {
          near(value.accuracy, c.accuracy)
          c.perClass.forEach((scores, i) => nearAll(value.perClass[i]!, scores))
          expect(value.perClass.map(s => s.support)).toEqual(c.support)
          nearAll(value.macro, c.macro)
          nearAll(value.weighted, c.weighted)
          nearAll(value.micro, c.micro)
        },
      ))
  for (const { name, scores, labels, rocAuc, averagePrecision } of golden.rankings)
    it(`rankings: ${name}`, () => {
      expectAccumulates(
        () => new RocAuc(),
        scores,
        labels,
        value => near(value, rocAuc),
      )
      expectAccumulates(
        () => new AveragePrecision(),
        scores,
        labels,
        value => near(value, averagePrecision),
      )
    })
  for (const { name, predictions, targets, mae, rmse, r2, perplexity } of golden.regressions)
    it(`regressions: ${name}`, () => {
      expectAccumulates(
        () => new Mae(),
        predictions,
        targets,
        value => near(value, mae),
      )
      expectAccumulates(
        () => new Rmse(),
        predictions,
        targets,
        value => near(value, rmse),
      )
      expectAccumulates(
        () => new R2(),
        predictions,
        targets,
        value => near(value, r2),
      )
      const losses = new Perplexity()
      losses.add(targets)
      near(losses.value(), perplexity)
    })
})

describe('accumulators', () => {
  it('weigh', () => {
    const mean = new Mean()
    mean.add(0.5, 64)
    mean.add([1, 2], 32)
    mean.add([4, 8], [16, 0])
    expect(mean.value()).toBe((32 + 96 + 64) / 144)
    const perplexity = new Perplexity()
    perplexity.add(Math.log(8), 3)
    perplexity.add(Math.log(2), 1)
    expect(perplexity.value()).toBeCloseTo(2 ** 2.5, 12)
  })

  it('may be merged with themselves', () => {
    const auc = new RocAuc()
    auc.add([1, 2, 3], [0, 1, 0])
    auc.merge(auc)
    expect(auc.value()).toBe(0.5)
    const r2 = new R2()
    r2.add([1, 2, 4], [1, 2, 3])
    const before = r2.value()
    r2.merge(r2)
    expect(r2.value()).toBeCloseTo(before, 12)
  })

  it('say what is not defined', () => {
    for (const empty of [new Mean(), new Perplexity(), new Mae(), new Rmse(), new R2(), new RocAuc(), new AveragePrecision()])
      expect(empty.value(), empty.constructor.name).toBeNaN()
    const [auc, ap, r2] = [new RocAuc(), new AveragePrecision(), new R2()]
    auc.add([1, 2], [1, 1])
    ap.add([1, 2], [0, 0])
    expect([auc.value(), ap.value()]).toEqual([NaN, NaN])
    r2.add([5, 5], [5, 5])
    expect(r2.value()).toBe(1)
    r2.add([6], [5])
    expect(r2.value()).toBe(0)
  })

  it('refuse what does not fit, and add nothing of it', () => {
    const auc = new RocAuc()
    auc.add([1, 2], [0, 1])
    expect(() => auc.add([1], [0, 1])).toThrow(ShapeError)
    expect(() => auc.add([3, NaN], [0, 1])).toThrow(RangeError)
    expect(() => auc.add([3, 4], [0, 2])).toThrow(new RangeError('RocAuc.add: a label must be 0 or 1, got 2 at 1.'))
    expect(auc.value()).toBe(1)
    expect(() => new Mae().add([1], [])).toThrow(new ShapeError('Mae.add: predictions and targets must have one length, got 1 and 0.'))
    expect(() => new Mean().add([1, 2], [1])).toThrow(ShapeError)
    expect(() => new R2().add([1, 2], [1])).toThrow(ShapeError)
    expect(() => new ConfusionMatrix(2).merge(new ConfusionMatrix(3))).toThrow(ShapeError)
  })

  it('are what a report is made of', () => {
    const matrix = new ConfusionMatrix(2)
    matrix.add([0, 1, 1], [0, 1, 0])
    expect(classificationReport(matrix)).toContain('accuracy')
    matrix.reset()
    expect(matrix.counts).toEqual([
      [0, 0],
      [0, 0],
    ])
  })
})
