import { range } from '../tensor/spec.ts'

/** How numbers between two places are made; see `resize`. */
export type Interpolation = 'nearest' | 'nearestExact' | 'linear' | 'cubic'

/** Keys' cubic with a = −¾, by the distance t of a place. */
const cubic = (t: number): number => {
  const a = -0.75
  return t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0
}

/** How one axis is resized. */
export interface AxisOptions {
  mode: Interpolation
  alignCorners: boolean
  /** How many outputs stand where there was one input; by default as many as the lengths say. */
  scale?: number | undefined
}

/** What one axis of length n becomes at length m: for each output the inputs it is made of, and their weights. */
export function interpolation(n: number, m: number, { mode, alignCorners, scale }: AxisOptions): [place: number, weight: number][][] {
  const at = (i: number): number => (scale === undefined ? (i * n) / m : i / scale)
  const inside = (place: number): number => Math.min(Math.max(place, 0), n - 1)
  return range(m).map(i => {
    if (mode === 'nearest') return [[inside(Math.floor(at(i))), 1]]
    if (mode === 'nearestExact') return [[inside(Math.floor(at(i + 0.5))), 1]]
    const place = alignCorners ? (m > 1 ? (i * (n - 1)) / (m - 1) : 0) : at(i + 0.5) - 0.5
    const x = mode === 'linear' ? inside(place) : place
    const [low, t] = [Math.floor(x), x - Math.floor(x)]
    if (mode === 'linear')
      return [
        [low, 1 - t],
        [inside(low + 1), t],
      ]
    return [-1, 0, 1, 2].map(k => [inside(low + k), cubic(Math.abs(t - k))])
  })
}

/** The same as a matrix [m, n]. */
export function interpolationMatrix(n: number, m: number, options: AxisOptions): Float32Array {
  const matrix = new Float32Array(m * n)
  interpolation(n, m, options).forEach((taps, i) => taps.forEach(([place, weight]) => (matrix[i * n + place]! += weight)))
  return matrix
}
