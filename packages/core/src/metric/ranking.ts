import { RangeError } from '../errors.ts'
import { checkLengths, type Accumulator, type Numbers } from './accumulator.ts'

/** Examples of one score, from the highest score down. */
interface Tie {
  positives: number
  negatives: number
}

/** Keeps every score, so that the figure is exact. */
abstract class Ranking implements Accumulator<[scores: Numbers, labels: Numbers]> {
  #scores: number[] = []
  #labels: number[] = []

  /**
   * Adds examples: a score each, higher for what is rather positive, and a label, 0 or 1.
   * @throws ShapeError unless there is a label for each score, RangeError for another label or a score that is NaN; nothing is added then.
   */
  add(scores: Numbers, labels: Numbers): void {
    const name = `${this.constructor.name}.add`
    checkLengths(name, scores, labels)
    for (let i = 0; i < scores.length; i++) {
      if (Number.isNaN(scores[i])) throw new RangeError(`${name}: score ${i} is NaN.`)
      if (labels[i] !== 0 && labels[i] !== 1) throw new RangeError(`${name}: a label must be 0 or 1, got ${labels[i]} at ${i}.`)
    }
    for (let i = 0; i < scores.length; i++) {
      this.#scores.push(scores[i]!)
      this.#labels.push(labels[i]!)
    }
  }
  merge(other: this): void {
    this.add([...other.#scores], [...other.#labels])
  }
  reset(): void {
    this.#scores = []
    this.#labels = []
  }
  /** The figure so far; NaN unless it is defined. */
  abstract value(): number

  /** Examples by their score, from the highest score down. */
  protected ties(): Tie[] {
    const ties: Tie[] = []
    let last: number | undefined
    for (const i of this.#scores.map((_, i) => i).sort((a, b) => this.#scores[b]! - this.#scores[a]!)) {
      if (this.#scores[i] !== last) ties.push({ positives: 0, negatives: 0 })
      last = this.#scores[i]
      ties.at(-1)![this.#labels[i] ? 'positives' : 'negatives']++
    }
    return ties
  }
}

/**
 * Area under the ROC curve: how likely a positive example has a higher score than a negative one, equal scores counting half. Exact;
 * keeps every score. NaN unless there are both.
 *
 * Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", 1982.
 * @example
 * const auc = new RocAuc()
 * auc.add(await logits.data(), await target.data())
 */
export class RocAuc extends Ranking {
  /** The area so far, 0 … 1; NaN unless there are examples of both kinds. */
  value(): number {
    let [above, below, won] = [0, 0, 0]
    for (const { positives, negatives } of this.ties()) {
      won += negatives * (above + positives / 2)
      above += positives
      below += negatives
    }
    return won / (above * below)
  }
}

/**
 * Average precision: Σ (Rₖ − Rₖ₋₁)·Pₖ over the thresholds from the highest score down, precision P and recall R at each; equal scores
 * are one threshold. Exact; keeps every score. NaN without a positive example.
 * @example
 * const ap = new AveragePrecision()
 * ap.add(await logits.data(), await target.data())
 */
export class AveragePrecision extends Ranking {
  /** The average precision so far, 0 … 1; NaN without a positive example. */
  value(): number {
    let [above, below, sum] = [0, 0, 0]
    for (const { positives, negatives } of this.ties()) {
      above += positives
      below += negatives
      sum += (positives * above) / (above + below)
    }
    return sum / above
  }
}
