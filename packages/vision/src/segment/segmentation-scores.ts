import { ConfusionMatrix, ShapeError, type Accumulator } from '@portolan/core'

/** How well pixels were named, in all and by class. */
export interface SegmentationFigures {
  /** Share of pixels whose class is right. */
  readonly pixelAccuracy: number
  /** Mean over the classes that are there or were said to be. */
  readonly meanIou: number
  readonly meanDice: number
  /** TP / (TP + FP + FN) of each class; undefined where it neither is nor was said to be. */
  readonly iou: readonly (number | undefined)[]
  /** 2·TP / (2·TP + FP + FN) of each class. */
  readonly dice: readonly (number | undefined)[]
}

/**
 * How well pixels were told apart, added up over pictures.
 * @throws ShapeError if there are more of one than of the other, RangeError for a label that is no class.
 * @example
 * const scores = new SegmentationScores(11, { ignoreIndex: 11 })
 * scores.add(await model.forward(image).argMax(1).data(), await label.data())
 * scores.value().meanIou
 */
export class SegmentationScores implements Accumulator<[predicted: ArrayLike<number>, expected: ArrayLike<number>], SegmentationFigures> {
  /** `counts[expected][predicted]` of the pixels that count. */
  readonly matrix: ConfusionMatrix
  readonly #ignored: number | undefined
  constructor(classes: number, { ignoreIndex }: { ignoreIndex?: number } = {}) {
    this.matrix = new ConfusionMatrix(classes)
    this.#ignored = ignoreIndex
  }
  add(predicted: ArrayLike<number>, expected: ArrayLike<number>): void {
    if (this.#ignored === undefined) return this.matrix.add(predicted, expected)
    if (predicted.length !== expected.length)
      throw new ShapeError(
        `SegmentationScores.add: predicted and expected must have the same length, got ${predicted.length} and ${expected.length}`,
      )
    const counted = Array.from(expected, (_, i) => i).filter(i => expected[i] !== this.#ignored)
    this.matrix.add(
      counted.map(i => predicted[i]!),
      counted.map(i => expected[i]!),
    )
  }
  merge(other: SegmentationScores): void {
    this.matrix.merge(other.matrix)
  }
  reset(): void {
    this.matrix.reset()
  }
  value(): SegmentationFigures {
    const { counts } = this.matrix
    const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
    const parts = counts.map((row, c) => ({ right: row[c]!, there: total(row), said: total(counts.map(r => r[c]!)) }))
    const share = (part: number, whole: number): number | undefined => (whole ? part / whole : undefined)
    const iou = parts.map(({ right, there, said }) => share(right, there + said - right))
    const dice = parts.map(({ right, there, said }) => share(2 * right, there + said))
    const mean = (numbers: readonly (number | undefined)[]): number => {
      const known = numbers.filter(v => v !== undefined)
      return known.length ? total(known) / known.length : 0
    }
    return { pixelAccuracy: this.matrix.accuracy(), meanIou: mean(iou), meanDice: mean(dice), iou, dice }
  }
}
