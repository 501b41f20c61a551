import { RangeError, ShapeError } from '@portolan/core'

/** Log-probabilities of one sound: t rows of classes numbers. */
export interface CtcScores {
  readonly data: ArrayLike<number>
  /** How many numbers a row has. */
  readonly classes: number
  /** The class that means "nothing new"; default 0. */
  readonly blank?: number
}

function checked({ data, classes, blank = 0 }: CtcScores): { steps: number; blank: number } {
  if (!(Number.isInteger(classes) && classes >= 1) || data.length % classes)
    throw new ShapeError(`ctc: the scores must be rows of ${classes} classes, got ${data.length} numbers`)
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes))
    throw new RangeError(`ctc: blank must be a class in 0 … ${classes - 1}, got ${blank}`)
  return { steps: data.length / classes, blank }
}

/**
 * Reads the likeliest class at each step, repetitions once and blanks not: the labels of the likeliest path.
 *
 * scores: log-probabilities, or logits, of t steps → labels. Graves et al., "Connectionist Temporal Classification", 2006, section 3.2.
 * @throws ShapeError, RangeError if the scores are no rows of such classes.
 * @example
 * greedyCtc({ data: await logits.data(), classes: 11 })
 */
export function greedyCtc(scores: CtcScores): number[] {
  const { steps, blank } = checked(scores)
  const { data, classes } = scores
  const labels: number[] = []
  let last = blank
  for (let t = 0; t < steps; t++) {
    let best = 0
    for (let c = 1; c < classes; c++) if (data[t * classes + c]! > data[t * classes + best]!) best = c
    if (best !== blank && best !== last) labels.push(best)
    last = best
  }
  return labels
}

/** Options of `beamCtc`. */
export interface BeamCtcOptions {
  /** How many beginnings are followed; default 16. */
  beams?: number
  /** What a language model adds when a label is put to a beginning: a log-probability, weighed; default 0. */
  bonus?: (before: readonly number[], label: number) => number
}

/** A beginning that several paths lead to. */
interface Prefix {
  readonly labels: readonly number[]
  /** log Σ of the probabilities of its paths that end in a blank, and in its last label. */
  blank: number
  label: number
  /** What the language model gave so far. */
  readonly bonus: number
}

const logAdd = (a: number, b: number): number => {
  const top = Math.max(a, b)
  return top === -Infinity ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top))
}

/**
 * The likeliest labels, all paths to them counted together, as far as following a few beginnings finds them; best first.
 *
 * scores: log-probabilities (`logSoftmax`) of t steps → labels and their log-probability, with the bonus.
 * Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs", 2014, algorithm 1.
 * @throws ShapeError, RangeError if the scores are no rows of such classes, or beams is no whole number of at least 1.
 * @example
 * const [best] = beamCtc({ data: await logProbabilities.data(), classes: 11 }, { beams: 32 })
 */
export function beamCtc(
  scores: CtcScores,
  { beams = 16, bonus = () => 0 }: BeamCtcOptions = {},
): { labels: readonly number[]; score: number }[] {
  const { steps, blank } = checked(scores)
  if (!(Number.isInteger(beams) && beams >= 1)) throw new RangeError(`beamCtc: beams must be a whole number of at least 1, got ${beams}`)
  const { data, classes } = scores
  const total = (p: Prefix): number => logAdd(p.blank, p.label) + p.bonus
  let prefixes: Prefix[] = [{ labels: [], blank: 0, label: -Infinity, bonus: 0 }]
  for (let t = 0; t < steps; t++) {
    const next = new Map<string, Prefix>()
    const of = (labels: readonly number[], given: () => number): Prefix => {
      const key = labels.join(' ')
      const found = next.get(key) ?? { labels, blank: -Infinity, label: -Infinity, bonus: given() }
      next.set(key, found)
      return found
    }
    for (const p of prefixes) {
      const both = logAdd(p.blank, p.label)
      const last = p.labels.at(-1)
      const same = of(p.labels, () => p.bonus)
      same.blank = logAdd(same.blank, both + data[t * classes + blank]!)
      if (last !== undefined) same.label = logAdd(same.label, p.label + data[t * classes + last]!)
      for (let c = 0; c < classes; c++) {
        if (c === blank) continue
        // the label that stands there already comes anew only after a blank
        const reached = (c === last ? p.blank : both) + data[t * classes + c]!
        if (reached === -Infinity) continue
        const longer = of([...p.labels, c], () => p.bonus + bonus(p.labels, c))
        longer.label = logAdd(longer.label, reached)
      }
    }
    prefixes = [...next.values()].toSorted((a, b) => total(b) - total(a)).slice(0, beams)
  }
  return prefixes.map(p => ({ labels: p.labels, score: total(p) }))
}
