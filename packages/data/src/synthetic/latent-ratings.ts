import { HostRng, RangeError } from '@portolan/core'
import { ArrayDataset } from '../source/array-dataset.ts'
import { checkCounts } from './check-counts.ts'

/** Options of `latentRatings`. */
export interface LatentRatingsOptions {
  /** By default 200. */
  readonly users?: number
  /** By default 300. */
  readonly items?: number
  /** By default 8,000; at most one of each user for each item. */
  readonly ratings?: number
  /** Tastes that users and items are made of, at least 1; by default 3. */
  readonly factors?: number
  /** Deviation of what cannot be foretold, in stars; by default 0.3. */
  readonly noise?: number
  /** Which; an integer, by default 0. */
  readonly seed?: number
}

const STREAM = 0x72617400

/**
 * Ratings 0.5 … 5 in half stars, of what users and items have in common: 3.5 + bᵤ + bᵢ + pᵤ · qᵢ + noise. `user` and `item` int32
 * `[n]`, `rating` float32 `[n]`; no pair is there twice. Biases and tastes are normal with deviations 0.4 and 0.8 (of the product).
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const [train, test] = latentRatings({ seed: 1 }).split(0.9, 1)
 */
export function latentRatings(options: LatentRatingsOptions = {}): ArrayDataset<'user' | 'item' | 'rating'> {
  const { users = 200, items = 300, ratings = 8_000, factors = 3, noise = 0.3, seed = 0 } = options
  checkCounts('latentRatings', { users, items, factors })
  checkCounts('latentRatings', { ratings }, 1, users * items)
  if (users * items > 2 ** 26) throw new RangeError(`latentRatings: users × items must be at most 2²⁶, got ${users * items}.`)
  if (!(noise >= 0 && Number.isFinite(noise))) throw new RangeError(`latentRatings: noise must be 0 or more, got ${noise}.`)
  const normals = (stream: number, length: number, deviation: number): Float64Array => {
    const rng = new HostRng(seed, STREAM + stream)
    return Float64Array.from({ length }, () => deviation * rng.normal())
  }
  const spread = Math.sqrt(0.8 / Math.sqrt(factors)) // of each factor, so that the product's deviation is 0.8
  const [p, q] = [normals(0, users * factors, spread), normals(1, items * factors, spread)]
  const [bu, bi] = [normals(2, users, 0.4), normals(3, items, 0.4)]
  const pairs = new HostRng(seed, STREAM + 4).permutation(users * items).subarray(0, ratings)
  const rng = new HostRng(seed, STREAM + 5)
  const user = Int32Array.from(pairs, at => Math.floor(at / items))
  const item = Int32Array.from(pairs, at => at % items)
  const rating = Float32Array.from(user, (u, n) => {
    const i = item[n]!
    let score = 3.5 + bu[u]! + bi[i]! + noise * rng.normal()
    for (let k = 0; k < factors; k++) score += p[u * factors + k]! * q[i * factors + k]!
    return Math.min(5, Math.max(0.5, Math.round(2 * score) / 2))
  })
  const shape = [ratings]
  return new ArrayDataset({ user: { data: user, shape }, item: { data: item, shape }, rating: { data: rating, shape } })
}
