import type { HostRng } from '../random/host-rng.ts'
import type { Dimension } from './space.ts'
import { anywhere, positive, type Job, type Strategy, type Trial } from './strategy.ts'

/** Options of `tpe`. */
export interface TpeOptions {
  /** Points in all. */
  trials: number
  /** Points at random before the first that is chosen; default 10. */
  startup?: number
  /** Points drawn for each that is taken; default 24. */
  candidates?: number
}

/** How likely a place in [0, 1) is, and places drawn so. */
interface Density {
  of(place: number): number
  draw(rng: HostRng): number
}

/** A bump at each place seen, as wide as the gap to its farther neighbour, among one over all of [0, 1). */
function bumps(places: readonly number[]): Density {
  const sorted = places.toSorted((a, b) => a - b)
  const narrowest = 1 / Math.min(100, 1 + sorted.length)
  const parts = sorted.map((mean, i) => {
    const gap = Math.max(mean - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - mean)
    const width = Math.min(1, Math.max(gap, narrowest))
    // what of the bell lies in [0, 1)
    const inside = bell((1 - mean) / width) - bell(-mean / width)
    return { mean, width, inside }
  })
  const weight = 1 / (parts.length + 1)
  return {
    of: place =>
      parts.reduce(
        (sum, { mean, width, inside }) =>
          sum + (weight * Math.exp(-0.5 * ((place - mean) / width) ** 2)) / (Math.sqrt(2 * Math.PI) * width * inside),
        weight,
      ),
    draw(rng) {
      const part = parts[rng.integer(parts.length + 1)]
      if (!part) return rng.uniform()
      for (;;) {
        const place = part.mean + part.width * rng.normal()
        if (place >= 0 && place < 1) return place
      }
    },
  }
}

/** The distribution function of the normal distribution, to 1e-7: Abramowitz and Stegun, 26.2.17. */
function bell(x: number): number {
  if (x < 0) return 1 - bell(-x)
  const t = 1 / (1 + 0.2316419 * x)
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * sum
}

/** How often each value was seen, and once more. */
function counts(places: readonly number[], count: number): Density {
  const seen = Array.from({ length: count }, () => 1)
  const index = (place: number): number => Math.min(count - 1, Math.floor(place * count))
  for (const place of places) seen[index(place)]!++
  const total = places.length + count
  return {
    of: place => (seen[index(place)]! * count) / total,
    draw(rng) {
      let left = rng.uniform() * total
      const i = seen.findIndex(n => (left -= n) < 0)
      return ((i < 0 ? count - 1 : i) + 0.5) / count
    },
  }
}

const densityOf = (dimension: Dimension, name: string, trials: readonly Trial[]): Density => {
  const places = trials.map(t => dimension.placeOf(t.point[name]))
  return dimension.ordered ? bumps(places) : counts(places, dimension.count)
}

/**
 * Points where good ones were dense and others were not: a tree-structured Parzen estimator. The trials so far are parted into the best
 * seventh and the rest, with densities l and g for each dimension; of some points drawn from l, the one with the greatest l ⁄ g is next.
 * Each dimension is seen by itself. Points that run side by side are chosen from what was done before them.
 *
 * Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011.
 * @throws RangeError for options that are no whole numbers of at least 1.
 * @example
 * await search({ space: { rate: real(1e-4, 1e-1, { log: true }), width: integer(8, 64) }, objective, strategy: tpe({ trials: 40 }) })
 */
export function tpe({ trials, startup = 10, candidates = 24 }: TpeOptions): Strategy {
  positive('tpe', { trials, startup, candidates })
  return {
    text: `tpe(${trials}, ${startup}, ${candidates})`,
    next({ space, done, cost, rng, parallel }): Job[] {
      const first = done.length
      if (!first) return Array.from({ length: Math.min(trials, startup) }, (_, number) => ({ number, point: anywhere(space, rng) }))
      const sorted = done.toSorted((a, b) => cost(a) - cost(b) || a.number - b.number)
      const best = Math.ceil(sorted.length / 7)
      const dimensions = Object.entries(space).map(([name, dimension]) => ({
        name,
        dimension,
        good: densityOf(dimension, name, sorted.slice(0, best)),
        rest: densityOf(dimension, name, sorted.slice(best)),
      }))
      const point = (): Record<string, unknown> =>
        Object.fromEntries(
          dimensions.map(({ name, dimension, good, rest }) => {
            const drawn = Array.from({ length: candidates }, () => good.draw(rng))
            const gain = (place: number): number => good.of(place) / rest.of(place)
            return [name, dimension.at(drawn.reduce((a, b) => (gain(b) > gain(a) ? b : a)))]
          }),
        )
      return Array.from({ length: Math.max(0, Math.min(parallel, trials - first)) }, (_, i) => ({ number: first + i, point: point() }))
    },
  }
}
