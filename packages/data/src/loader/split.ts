import { HostRng, RangeError } from '@portolan/core'
import { byClass } from './sampler.ts'

/** A stream of its own, so that a split, a loader and a model of one seed draw from different numbers. */
const STREAM = 0x666f6c64

/** Options of `stratifiedSplit`. */
export interface StratifiedSplitOptions {
  /** How much of each class goes to the first part, 0 … 1. */
  readonly fraction: number
  /** Which samples; an integer, by default 0. */
  readonly seed?: number
}

/**
 * Two lists of sample numbers, both ascending, with every class in the same proportion, to a sample.
 *
 * The first has round(fraction · n) in all; what rounding leaves over goes to the classes that lack most.
 *
 * @throws RangeError when the fraction is outside.
 *
 * @example
 * const [train, validation] = stratifiedSplit(photos.labels, { fraction: 0.8, seed: 7 }).map(i => photos.subset(i))
 */
export function stratifiedSplit(labels: ArrayLike<number>, { fraction, seed = 0 }: StratifiedSplitOptions): [Uint32Array, Uint32Array] {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`stratifiedSplit: fraction must be between 0 and 1, got ${fraction}.`)
  const groups = byClass(labels)
  const rng = new HostRng(seed, STREAM)
  const counts = groups.map(group => Math.floor(fraction * group.length))
  let missing = Math.round(fraction * labels.length) - counts.reduce((a, b) => a + b, 0)
  const lacking = groups.map((group, i) => ({ i, lack: fraction * group.length - counts[i]! })).sort((a, b) => b.lack - a.lack || a.i - b.i)
  for (const { i } of lacking) if (missing-- > 0) counts[i]!++
  const [first, second]: [number[], number[]] = [[], []]
  groups.forEach((group, i) => {
    const order = rng.permutation(group.length)
    order.forEach((k, at) => (at < counts[i]! ? first : second).push(group[k]!))
  })
  return [Uint32Array.from(first).sort(), Uint32Array.from(second).sort()]
}

/** Options of `kFold`. */
export interface KFoldOptions {
  /** How many folds, at least 2; by default 5. */
  readonly folds?: number
  /** Which samples go where; an integer, by default 0. */
  readonly seed?: number
  /** The class of each sample, to have every class in each fold in the same proportion, to a sample. */
  readonly labels?: ArrayLike<number>
}

/** Sample numbers, ascending. */
export interface Fold {
  readonly train: Uint32Array
  readonly test: Uint32Array
}

/**
 * Cross-validation: n samples in folds of equal size, to a sample; each fold is the test of one, all others train.
 *
 * @throws RangeError when there are fewer samples than folds, or not as many labels as samples.
 *
 * @example
 * for (const { train, test } of kFold(iris.length, { folds: 10, labels: iris.fields.label.data })) evaluate(iris.subset(train), iris.subset(test))
 */
export function kFold(n: number, { folds = 5, seed = 0, labels }: KFoldOptions = {}): Fold[] {
  if (!Number.isInteger(folds) || folds < 2 || !(n >= folds))
    throw new RangeError(`kFold: folds must be a whole number from 2 to the ${n} samples, got ${folds}.`)
  if (labels && labels.length !== n) throw new RangeError(`kFold: ${n} samples need ${n} labels, got ${labels.length}.`)
  const rng = new HostRng(seed, STREAM + 1)
  const groups = labels ? byClass(labels) : [Array.from({ length: n }, (_, i) => i)]
  // Dealt out like cards, one class after the other: no fold gets ahead by more than one, in all and of each class.
  const foldOf = new Uint32Array(n)
  let dealt = 0
  for (const group of groups) for (const k of rng.permutation(group.length)) foldOf[group[k]!] = dealt++ % folds
  const all = Uint32Array.from({ length: n }, (_, i) => i)
  return Array.from({ length: folds }, (_, fold) => ({
    train: all.filter(i => foldOf[i] !== fold),
    test: all.filter(i => foldOf[i] === fold),
  }))
}
