import { HostRng } from '@portolan/core'
import type { LabelledTexts } from '../text/labelled-texts.ts'
import { checkCounts, WORDS } from './check-counts.ts'

/** Options of `sentiments`. */
export interface SentimentsOptions {
  /** How many to train on, at least 1; by default 4,000. */
  readonly train?: number
  /** How many to test on, at least 1; by default 1,000. */
  readonly test?: number
  /** Which; an integer, by default 0. */
  readonly seed?: number
}

const subjects = ['film', 'story', 'acting', 'plot', 'music', 'ending', 'script', 'cast', 'direction', 'dialogue']
const praise = ['good', 'moving', 'clever', 'funny', 'lovely', 'gripping', 'fresh', 'brilliant', 'tender', 'honest']
const blame = ['bad', 'dull', 'silly', 'tired', 'clumsy', 'tedious', 'shallow', 'awful', 'noisy', 'bland']
const degrees = ['', '', 'very', 'rather', 'truly', 'quite']
const fillers = ['i must say', 'in the end', 'for once', 'as it happens', 'if you ask me', 'all in all']

/** A clause and whether it praises: a negation turns its word's sense around. */
function clause(rng: HostRng, praises: boolean): string {
  const pick = (words: readonly string[]): string => words[rng.integer(words.length)]!
  const negated = rng.uniform() < 0.3
  const word = pick(praises !== negated ? praise : blame)
  const verb = negated ? pick(['is not', 'is hardly', 'is never']) : pick(['is', 'feels', 'seems'])
  return ['the', pick(subjects), verb, negated ? '' : pick(degrees), word].filter(Boolean).join(' ')
}

function sentence(rng: HostRng, positive: boolean): string {
  const form = rng.uniform()
  const filler = rng.uniform() < 0.3 ? `${fillers[rng.integer(fillers.length)]!} , ` : ''
  const main = clause(rng, positive)
  if (form < 0.5) return `${filler}${main} .`
  // What comes after a "but", or stands beside an "although", decides.
  if (form < 0.75) return `${filler}${clause(rng, !positive)} , but ${main} .`
  return `${filler}although ${clause(rng, !positive)} , ${main} .`
}

const TRAIN_STREAM = 0x73656e00
const TEST_STREAM = 0x73656e80

/**
 * Sentences of a small grammar that praise (class 1) or blame (class 0), with negations and clauses that a "but" or "although"
 * outweighs: half of them cannot be told by which words occur. Words and marks are separated by spaces; both classes are as frequent.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const { train, test } = sentiments({ seed: 1 })
 * console.log(train.texts[0], train.labels[0])
 */
export function sentiments({ train = 4_000, test = 1_000, seed = 0 }: SentimentsOptions = {}): {
  train: LabelledTexts
  test: LabelledTexts
} {
  checkCounts('sentiments', { train, test })
  const make = (count: number, stream: number): LabelledTexts => {
    const rngs = Array.from({ length: count }, (_, i) => new HostRng(seed, stream, i * WORDS))
    const labels = Int32Array.from(rngs, (_, i) => i % 2)
    return { texts: rngs.map((rng, i) => sentence(rng, i % 2 === 1)), labels, classes: ['negative', 'positive'] }
  }
  return { train: make(train, TRAIN_STREAM), test: make(test, TEST_STREAM) }
}
