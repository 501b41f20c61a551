import { readFile } from 'node:fs/promises'
import { HostRng } from '@portolan/core'
import { ArrayDataset, parseCsv } from '@portolan/data'
import { dataFile } from '../shared/command.ts'

/** Who rated what how. */
export interface Ratings {
  readonly users: number
  readonly items: number
  readonly user: Int32Array
  readonly item: Int32Array
  readonly rating: Float32Array
}

/** Ratings made by rule: a mean, a bias of each user and item, three tastes in common, noise; from 0.5 to 5 by halves. */
export function tastes(seed: number): Ratings {
  const rng = new HostRng(seed)
  const [users, items, count, d] = [80, 120, 5000, 3]
  const draw = (n: number, scale: number): Float64Array => Float64Array.from({ length: n }, () => scale * rng.normal())
  const [bu, bi, p, q] = [draw(users, 0.3), draw(items, 0.4), draw(users * d, 0.8), draw(items * d, 0.8)]
  const pairs = rng.permutation(users * items).slice(0, count)
  const rating = Float32Array.from(pairs, pair => {
    const [u, i] = [pair % users, Math.floor(pair / users)]
    let r = 3.4 + bu[u]! + bi[i]! + 0.2 * rng.normal()
    for (let k = 0; k < d; k++) r += p[u * d + k]! * q[i * d + k]!
    return Math.min(5, Math.max(0.5, Math.round(2 * r) / 2))
  })
  return { users, items, user: Int32Array.from(pairs, x => x % users), item: Int32Array.from(pairs, x => Math.floor(x / users)), rating }
}

/** MovieLens: 100,836 ratings of films. */
export async function movielens(): Promise<Ratings> {
  const table = parseCsv(await readFile(dataFile('ml-latest-small', 'ratings.csv'), 'utf8'), { label: 'ratings.csv' })
  const [user, item] = [table.categories('userId'), table.categories('movieId')]
  return {
    users: user.texts.length,
    items: item.texts.length,
    user: user.field.data as Int32Array,
    item: item.field.data as Int32Array,
    rating: table.numbers(['rating']).data as Float32Array,
  }
}

/** One of five parts as the test set; a twentieth of the rest to validate. */
export function split(
  { user, item, rating }: Ratings,
  seed: number,
  part: number,
): Record<'train' | 'validation' | 'test', ArrayDataset<'user' | 'item' | 'rating'>> {
  const order = new HostRng(seed).permutation(rating.length)
  const test = order.filter((_, i) => i % 5 === part)
  const rest = order.filter((_, i) => i % 5 !== part)
  const held = Math.floor(rest.length / 20)
  const of = (indices: Uint32Array): ArrayDataset<'user' | 'item' | 'rating'> =>
    new ArrayDataset({
      user: { data: Int32Array.from(indices, i => user[i]!), shape: [indices.length] },
      item: { data: Int32Array.from(indices, i => item[i]!), shape: [indices.length] },
      rating: { data: Float32Array.from(indices, i => rating[i]!), shape: [indices.length] },
    })
  return { train: of(rest.subarray(held)), validation: of(rest.subarray(0, held)), test: of(test) }
}
