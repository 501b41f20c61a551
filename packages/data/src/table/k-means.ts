import { compile, HostRng, RangeError, tensor, type Engine, type Tensor } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { columnsOf } from './columns.ts'

/** Options of `kMeans`. */
export interface KMeansOptions {
  /** Of the first centers; by default 0. */
  readonly seed?: number
  /** At most so many rounds, ≥ 1; by default 50. It ends before when no row changes its group. */
  readonly rounds?: number
  /** What computes distances; without one it is done op by op. */
  readonly engine?: Engine
}

/** Rows in groups. */
export interface Groups {
  /** The mean of each group's rows: [groups, columns]. */
  readonly centers: Field
  /** Of each row, from 0. */
  readonly labels: Int32Array
  /** Mean over rows of ‖x − center‖². */
  readonly error: number
}

/** How many rows are looked at at once. */
const atOnce = 4096

/** Of rows [n, d] and centers [k, d]: each row's nearest center, how far it is, squared, and the sums of the rows of each center. */
function nearest(x: Tensor, centers: Tensor): { label: Tensor; distance: Tensor; sums: Tensor } {
  const squares = x
    .square()
    .sum(1, true)
    .add(centers.square().sum(1))
    .sub(x.matmul(centers, { transposeB: true }).mul(2)) // [n, k]
  const label = squares.argMin(1)
  return { label, distance: squares.min(1).relu(), sums: label.oneHot(centers.shape[0]!).matmul(x, { transposeA: true }) }
}

/**
 * Puts rows into groups, each row into the one whose mean is nearest (Lloyd's algorithm). The first centers are rows, each drawn with a
 * probability that grows with the squared distance to those before it (k-means++); a group that loses all of its rows begins anew at the
 * row farthest from its center.
 *
 * x: [n, columns], groups ≤ n
 * Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", 2007.
 *
 * @throws RangeError for fewer rows than groups, or options out of their range; ShapeError when x is no table.
 *
 * @example
 * const { labels } = await kMeans({ data: Float32Array.of(0, 1, 10, 11), shape: [4, 1] }, 2)   // the first two together, and the last two
 */
export async function kMeans(x: Field, groups: number, { seed = 0, rounds = 50, engine }: KMeansOptions = {}): Promise<Groups> {
  const [n, d] = [x.shape[0] ?? 0, columnsOf('kMeans', x)]
  if (!(Number.isInteger(groups) && groups >= 1 && groups <= n))
    throw new RangeError(`kMeans: groups must be a whole number from 1 to the ${n} rows, got ${groups}.`)
  if (!(Number.isInteger(rounds) && rounds >= 1))
    throw new RangeError(`kMeans: rounds must be a whole number of at least 1, got ${rounds}.`)
  const rng = new HostRng(seed)
  const rows = Float32Array.from(x.data)
  const look = compile(nearest, { engine })
  /** What `nearest` says of all rows. */
  async function judge(centers: Float32Array): Promise<{ labels: Int32Array; distances: Float32Array; sums: Float32Array }> {
    const k = centers.length / d
    const [labels, distances, sums] = [new Int32Array(n), new Float32Array(n), new Float32Array(k * d)]
    for (let from = 0; from < n; from += atOnce) {
      const to = Math.min(n, from + atOnce)
      const found = await look(tensor(rows.subarray(from * d, to * d), [to - from, d]), tensor(centers, [k, d]))
      labels.set((await found.label.data()) as Int32Array, from)
      distances.set(await found.distance.data(), from)
      const part = await found.sums.data()
      for (let i = 0; i < sums.length; i++) sums[i]! += part[i]!
    }
    return { labels, distances, sums }
  }
  try {
    let centers: Float32Array = await firstCenters(rows, d, groups, rng, async c => (await judge(c)).distances)
    let labels = new Int32Array(n).fill(-1)
    for (let round = 0; ; round++) {
      const now = await judge(centers)
      const still = now.labels.every((label, i) => label === labels[i])
      labels = now.labels as Int32Array<ArrayBuffer>
      if (still || round === rounds) {
        const error = now.distances.reduce((a, b) => a + b, 0) / n
        return { centers: { data: centers, shape: [groups, d] }, labels, error }
      }
      centers = meansOf(now, rows, d)
    }
  } finally {
    await look.dispose()
  }
}

/** Rows by k-means++. */
async function firstCenters(
  rows: Float32Array,
  d: number,
  groups: number,
  rng: HostRng,
  distancesTo: (center: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const n = rows.length / d
  const centers = new Float32Array(groups * d)
  const least = new Float32Array(n).fill(Infinity)
  let chosen = rng.integer(n)
  for (let g = 0; g < groups; g++) {
    const center = rows.slice(chosen * d, chosen * d + d)
    centers.set(center, g * d)
    const distances = await distancesTo(center)
    let sum = 0
    for (let i = 0; i < n; i++) sum += least[i] = Math.min(least[i]!, distances[i]!)
    let left = rng.uniform() * sum
    chosen = 0
    while (chosen < n - 1 && (left -= least[chosen]!) > 0) chosen++
  }
  return centers
}

/** The mean of each group's rows; for one without rows that which is farthest from its center. */
function meansOf(now: { labels: Int32Array; distances: Float32Array; sums: Float32Array }, rows: Float32Array, d: number): Float32Array {
  const counts = new Int32Array(now.sums.length / d)
  for (const label of now.labels) counts[label]!++
  const farthest = Array.from(counts).some(c => !c) ? Array.from(now.distances.keys()).sort((a, b) => now.distances[b]! - now.distances[a]!) : [] // prettier-ignore
  const centers = new Float32Array(now.sums.length)
  for (const [g, count] of counts.entries()) {
    if (count) for (let j = 0; j < d; j++) centers[g * d + j] = now.sums[g * d + j]! / count
    else centers.set(rows.subarray(farthest[0]! * d, farthest.shift()! * d + d), g * d)
  }
  return centers
}
