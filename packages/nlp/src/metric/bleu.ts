import { RangeError, ShapeError, type Accumulator } from '@portolan/core'
import { tokenize13a } from './tokenize-13a.ts'

/** A BLEU score and its parts. */
export interface BleuScore {
  /** 0 … 100. */
  readonly score: number
  /** Of n-grams of each length, 0 … 100; those without a match smoothed. */
  readonly precisions: readonly number[]
  readonly brevityPenalty: number
  /** Tokens of all hypotheses, and of the references nearest to them in length. */
  readonly hypothesisLength: number
  readonly referenceLength: number
}

/** Options of `bleu`. */
export interface BleuOptions {
  /** The longest n-grams; default 4. */
  order?: number
  /** How a text is parted; default `tokenize13a`. Case counts. */
  tokenize?: (text: string) => readonly string[]
}

/** How often each n-gram of one length stands in tokens. */
function ngrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ') // tokens hold no space
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/**
 * BLEU of all texts together: BP·exp(Σₙ log pₙ / 4) with pₙ the share of n-grams that stand in a reference too, and BP = e^(1 − r/h) where the
 * hypotheses are shorter than the references. Cased, detokenized texts, parted as 13a, with exponential smoothing: sacreBLEU's default
 * (`nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp`).
 *
 * Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", 2002; Chen and Cherry, "A Systematic Comparison of
 * Smoothing Techniques for Sentence-Level BLEU", 2014, technique 3.
 * @throws RangeError unless order is a whole number of at least 1; ShapeError for a text without references.
 * @example
 * const bleu = new Bleu()
 * bleu.add('The cat sat on the mat.', 'The cat is on the mat.')
 * bleu.value().score
 */
export class Bleu implements Accumulator<[hypothesis: string, references: string | readonly string[]], BleuScore> {
  readonly #order: number
  readonly #tokenize: (text: string) => readonly string[]
  #matches: number[] = []
  #totals: number[] = []
  #hypothesis = 0
  #reference = 0

  constructor({ order = 4, tokenize = tokenize13a }: BleuOptions = {}) {
    if (!(Number.isInteger(order) && order >= 1)) throw new RangeError(`Bleu: order must be a whole number of at least 1, got ${order}`)
    this.#order = order
    this.#tokenize = tokenize
    this.reset()
  }

  add(hypothesis: string, references: string | readonly string[]): void {
    const tokens = this.#tokenize(hypothesis)
    const all = [references].flat().map(text => this.#tokenize(text))
    if (!all.length) throw new ShapeError('Bleu.add: a text needs a reference, got none')
    const apart = (r: readonly string[]): number => Math.abs(r.length - tokens.length)
    this.#hypothesis += tokens.length
    this.#reference += all.reduce((a, b) => (apart(b) < apart(a) || (apart(b) === apart(a) && b.length < a.length) ? b : a)).length
    for (let n = 1; n <= this.#order; n++) {
      const most = all.map(r => ngrams(r, n))
      for (const [gram, count] of ngrams(tokens, n)) {
        this.#matches[n - 1]! += Math.min(count, Math.max(...most.map(m => m.get(gram) ?? 0)))
        this.#totals[n - 1]! += count
      }
    }
  }
  merge(other: Bleu): void {
    this.#matches = this.#matches.map((m, i) => m + other.#matches[i]!)
    this.#totals = this.#totals.map((t, i) => t + other.#totals[i]!)
    this.#hypothesis += other.#hypothesis
    this.#reference += other.#reference
  }
  value(): BleuScore {
    const [h, r] = [this.#hypothesis, this.#reference]
    const brevityPenalty = h >= r ? 1 : h === 0 ? 0 : Math.exp(1 - r / h)
    let smooth = 1
    const none = this.#matches.every(m => m === 0)
    const precisions = this.#matches.map((m, i) => {
      const total = this.#totals[i]!
      if (none || total === 0) return 0
      return m ? (100 * m) / total : 100 / ((smooth *= 2) * total)
    })
    const score = precisions.includes(0) ? 0 : brevityPenalty * Math.exp(precisions.reduce((sum, p) => sum + Math.log(p), 0) / this.#order)
    return { score, precisions, brevityPenalty, hypothesisLength: h, referenceLength: r }
  }
  reset(): void {
    this.#matches = Array<number>(this.#order).fill(0)
    this.#totals = Array<number>(this.#order).fill(0)
    this.#hypothesis = 0
    this.#reference = 0
  }
}
