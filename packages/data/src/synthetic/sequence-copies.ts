import { HostRng } from '@portolan/core'
import { SequenceDataset } from '../loader/sequence-dataset.ts'
import { checkCounts, WORDS } from './check-counts.ts'

/** Options of `sequenceCopies`. */
export interface SequenceCopiesOptions {
  /** How many to train on, at least 1; by default 10,000. */
  readonly train?: number
  /** How many to test on, at least 1; by default 1,000. */
  readonly test?: number
  /** Kinds of letters, at least 2; by default 10. */
  readonly letters?: number
  /** The most letters of one, at least 1; the fewest are a quarter of them. By default 12. */
  readonly longest?: number
  /** The target is the source from its end to its beginning; by default it is a copy. */
  readonly reverse?: boolean
  /** Which; an integer, by default 0. */
  readonly seed?: number
}

/** Pairs of numbers: 0 fills up, 1 begins and 2 ends a target, letters are numbered from 3. */
export interface SequenceCopies {
  readonly train: SequenceDataset<'source' | 'target'>
  readonly test: SequenceDataset<'source' | 'target'>
  /** Kinds of numbers in all: letters + 3. */
  readonly size: number
}

const TRAIN_STREAM = 0x636f7000
const TEST_STREAM = 0x636f7080

/**
 * Random letters to be copied or reversed: what a network that translates must be able to learn first. `source` int32 `[n, t]` with
 * `sourceLength`, `target` `[n, t + 2]`, from its beginning to its end mark, with `targetLength`.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const { train, size } = sequenceCopies({ reverse: true })
 * for await (const { source, target } of loader(train, { batchSize: 64, shuffle: true })) console.log(source.shape, target.shape)
 */
export function sequenceCopies(options: SequenceCopiesOptions = {}): SequenceCopies {
  const { train = 10_000, test = 1_000, letters = 10, longest = 12, reverse = false, seed = 0 } = options
  checkCounts('sequenceCopies', { train, test, longest })
  checkCounts('sequenceCopies', { letters }, 2)
  const least = Math.ceil(longest / 4)
  const make = (count: number, stream: number): SequenceDataset<'source' | 'target'> => {
    const source = Array.from({ length: count }, (_, i) => {
      const rng = new HostRng(seed, stream, i * WORDS)
      return Int32Array.from({ length: least + rng.integer(longest - least + 1) }, () => 3 + rng.integer(letters))
    })
    const target = source.map(s => Int32Array.of(1, ...(reverse ? [...s].reverse() : s), 2))
    return new SequenceDataset({ source, target })
  }
  return { train: make(train, TRAIN_STREAM), test: make(test, TEST_STREAM), size: letters + 3 }
}
