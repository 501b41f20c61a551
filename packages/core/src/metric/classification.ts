import { RangeError, ShapeError } from '../errors.ts'
import type { Accumulator, Numbers } from './accumulator.ts'

/** How well one class, or all of them on average, was told from the rest; each in 0…1. */
export interface ClassScores {
  /** TP / (TP + FP): which share of what was called this class is it. */
  readonly precision: number
  /** TP / (TP + FN): which share of this class was found. */
  readonly recall: number
  /** 2 · precision · recall / (precision + recall). */
  readonly f1: number
  /** How many examples of it there were. */
  readonly support: number
}

/** How well classes were told apart. */
export interface ClassificationScores {
  readonly accuracy: number
  readonly perClass: readonly ClassScores[]
  readonly macro: ClassScores
  readonly weighted: ClassScores
  readonly micro: ClassScores
}

/** A ratio without a denominator is 0: a class never predicted has precision 0, one without examples recall 0. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/**
 * Counts of predicted against expected classes, added up batch by batch, and every score that follows from them.
 *
 * A score whose denominator is 0 is 0.
 * @example
 * const matrix = new ConfusionMatrix(3)
 * matrix.add([0, 0, 2, 2, 1], [0, 1, 2, 2, 2])
 * matrix.counts // [[1, 0, 0], [1, 0, 0], [0, 1, 2]]
 * matrix.accuracy() // 0.6
 */
export class ConfusionMatrix implements Accumulator<[predicted: Numbers, expected: Numbers], ClassificationScores> {
  /** `counts[expected][predicted]`: [classes, classes] */
  readonly counts: number[][]

  constructor(readonly classes: number) {
    if (!Number.isSafeInteger(classes) || classes < 1)
      throw new RangeError(`ConfusionMatrix: classes must be a whole number of at least 1, got ${classes}.`)
    this.counts = Array.from({ length: classes }, () => Array<number>(classes).fill(0))
  }

  /**
   * Adds pairs of labels, each in 0…classes-1.
   * @throws ShapeError if there are more of one than of the other, RangeError for a label that is no class; nothing is added then.
   */
  add(predicted: Numbers, expected: Numbers): void {
    if (predicted.length !== expected.length)
      throw new ShapeError(
        `ConfusionMatrix.add: predicted and expected must have the same length, got ${predicted.length} and ${expected.length}.`,
      )
    this.#check('predicted', predicted)
    this.#check('expected', expected)
    for (let i = 0; i < expected.length; i++) this.counts[expected[i]!]![predicted[i]!]!++
  }

  /** Adds the counts of another matrix over the same classes. @throws ShapeError if it has other classes. */
  merge(other: ConfusionMatrix): void {
    if (other.classes !== this.classes)
      throw new ShapeError(`ConfusionMatrix.merge: both must have the same classes, got ${this.classes} and ${other.classes}.`)
    other.counts.forEach((row, e) => row.forEach((count, p) => (this.counts[e]![p]! += count)))
  }

  /** The share of examples on the diagonal. */
  accuracy(): number {
    return ratio(total(this.counts.map((row, i) => row[i]!)), total(this.counts.map(total)))
  }

  /** The scores of each class against all others. */
  perClass(): ClassScores[] {
    return this.counts.map((row, i) => {
      const predicted = total(this.counts.map(r => r[i]!))
      const support = total(row)
      return { precision: ratio(row[i]!, predicted), recall: ratio(row[i]!, support), f1: ratio(2 * row[i]!, predicted + support), support }
    })
  }

  /** The mean over classes, each counting the same. */
  macro(): ClassScores {
    return this.#mean(() => 1)
  }

  /** The mean over classes, each counting by its support. */
  weighted(): ClassScores {
    return this.#mean(scores => scores.support)
  }

  /** From the counts of all classes together. With one label an example, all three are the accuracy. */
  micro(): ClassScores {
    const accuracy = this.accuracy()
    return { precision: accuracy, recall: accuracy, f1: accuracy, support: total(this.counts.map(total)) }
  }

  /** Every score there is. */
  value(): ClassificationScores {
    return { accuracy: this.accuracy(), perClass: this.perClass(), macro: this.macro(), weighted: this.weighted(), micro: this.micro() }
  }

  /** Forgets every count. */
  reset(): void {
    for (const row of this.counts) row.fill(0)
  }

  #mean(weight: (scores: ClassScores) => number): ClassScores {
    const all = this.perClass()
    const mean = (key: keyof ClassScores): number => ratio(total(all.map(s => weight(s) * s[key])), total(all.map(weight)))
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support: total(all.map(s => s.support)) }
  }

  #check(what: string, labels: ArrayLike<number>): void {
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!
      if (!Number.isInteger(label) || label < 0 || label >= this.classes)
        throw new RangeError(`ConfusionMatrix.add: a label must be a whole number in 0…${this.classes - 1}, got ${what}[${i}] = ${label}.`)
    }
  }
}

/**
 * A text table of a matrix's scores: one line a class, then accuracy, the macro and the weighted mean.
 * @throws ShapeError if there is not one label a class.
 * @example
 * console.log(classificationReport(matrix, ['cat', 'dog', 'fish']))
 */
export function classificationReport(matrix: ConfusionMatrix, labels: readonly string[] = matrix.counts.map((_, i) => String(i))): string {
  if (labels.length !== matrix.classes)
    throw new ShapeError(`classificationReport: ${matrix.classes} classes need ${matrix.classes} labels, got ${labels.length}.`)
  const width = Math.max('weighted mean'.length, ...labels.map(label => label.length))
  const line = (label: string, cells: readonly string[]): string =>
    [label.padStart(width), ...cells.map(cell => cell.padStart(11))].join('')
  const row = (label: string, s: ClassScores): string =>
    line(label, [s.precision.toFixed(4), s.recall.toFixed(4), s.f1.toFixed(4), String(s.support)])
  const { support } = matrix.micro()
  return [
    line('', ['precision', 'recall', 'f1', 'support']),
    '',
    ...matrix.perClass().map((scores, i) => row(labels[i]!, scores)),
    '',
    line('accuracy', ['', '', matrix.accuracy().toFixed(4), String(support)]),
    row('macro mean', matrix.macro()),
    row('weighted mean', matrix.weighted()),
  ].join('\n')
}
