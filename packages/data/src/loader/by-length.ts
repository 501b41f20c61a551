import { RangeError } from '@portolan/core'
import type { Sampler } from './sampler.ts'

/** Options of `byLength`. */
export interface ByLengthOptions {
  /** That of the loader. */
  readonly batchSize: number
  /** How many batches are drawn at random and sorted among themselves, at least 1: more waste less, fewer mix more. By default 50. */
  readonly pool?: number
}

/**
 * Batches of samples of about the same length, in random order: samples are shuffled, sorted within pools of some batches, and the
 * batches shuffled. A last batch that is not full stays the last.
 *
 * @throws RangeError when there are no lengths or an option is out of its range.
 *
 * @example
 * const batches = loader(reviews, { batchSize: 64, sampler: byLength(reviews.lengths('ids'), { batchSize: 64 }), seed: 7 })
 */
export function byLength(lengths: ArrayLike<number>, { batchSize, pool = 50 }: ByLengthOptions): Sampler {
  const n = lengths.length
  if (!n) throw new RangeError('byLength: at least one length is needed.')
  for (const [name, value] of Object.entries({ batchSize, pool })) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`byLength: ${name} must be a whole number of at least 1, got ${value}.`)
  }
  return {
    name: `byLength ${batchSize} ${pool}`,
    length: n,
    order(rng) {
      const shuffled = rng.permutation(n)
      const full = n - (n % batchSize)
      for (let start = 0; start < full; start += pool * batchSize)
        shuffled.subarray(start, Math.min(full, start + pool * batchSize)).sort((a, b) => lengths[a]! - lengths[b]! || a - b)
      const out = new Uint32Array(n)
      rng.permutation(full / batchSize).forEach((from, to) => {
        out.set(shuffled.subarray(from * batchSize, (from + 1) * batchSize), to * batchSize)
      })
      out.set(shuffled.subarray(full), full)
      return out
    },
  }
}
