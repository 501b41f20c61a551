import { RangeError, ShapeError, tensor, type Tensor } from '@portolan/core'

/** Options of `latentWalk`. */
export interface LatentWalkOptions {
  /** Steps from one stop to the next; default 10. */
  steps?: number
  /** Whether the way keeps to the sphere on which noise of many numbers lies; straight lines pass through its hollow middle. Default true. */
  spherical?: boolean
  /** Whether it goes on from the last stop to the first; default false. */
  closed?: boolean
}

/**
 * A way through latent space from stop to stop: slerp(a, b; t) = (sin((1−t)·ω)·a + sin(t·ω)·b)/sin ω with the angle ω between them, or
 * the straight line.
 *
 * stops: [m, d], m ≥ 2 → [legs·steps + 1, d], legs = m − 1; closed: [m·steps, d], as its last point is its first.
 * White, "Sampling Generative Networks", 2016.
 * @throws ShapeError for fewer than two stops; RangeError for steps below 1.
 * @example
 * const frames = await toPictures(model.decode(latentWalk(rng.normal([5, 20]), { closed: true })).sigmoid())
 */
export function latentWalk(stops: Tensor, { steps = 10, spherical = true, closed = false }: LatentWalkOptions = {}): Tensor {
  const [m, d] = stops.shape as [number, number]
  if (stops.shape.length !== 2 || m < 2) throw new ShapeError(`latentWalk: stops must be [m, d] with m at least 2, got [${stops.shape}]`)
  if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`latentWalk: steps must be a whole number of at least 1, got ${steps}`)
  const data = stops.dataSync()
  const stop = (i: number): number[] => Array.from(data.subarray((i % m) * d, ((i % m) + 1) * d))
  const points: number[][] = []
  for (let leg = 0; leg < (closed ? m : m - 1); leg++) {
    const [a, b] = [stop(leg), stop(leg + 1)]
    for (let k = 0; k < steps; k++) points.push(between(a, b, k / steps, spherical))
  }
  if (!closed) points.push(stop(m - 1))
  return tensor(points)
}

function between(a: readonly number[], b: readonly number[], t: number, spherical: boolean): number[] {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((s, v, i) => s + v * y[i]!, 0)
  const cos = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  const angle = Math.acos(Math.min(1, Math.max(-1, cos)))
  const [wa, wb] =
    spherical && Math.sin(angle) > 1e-6 ? [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)] : [1 - t, t]
  return a.map((v, i) => wa! * v + wb! * b[i]!)
}

/**
 * Points of two latent numbers in rows, for a map of what lies where: the normal distribution's quantiles, so that each cell is as likely
 * as any.
 *
 * side ≥ 2 → [side², 2], row by row; x grows to the right, y upwards.
 * @throws RangeError for a side below 2.
 * @example
 * const svg = await imageGrid(await toPictures(vae.decode(latentPlane(15)).sigmoid()), { columns: 15 })
 */
export function latentPlane(side: number): Tensor {
  if (!(Number.isInteger(side) && side > 1)) throw new RangeError(`latentPlane: side must be a whole number of at least 2, got ${side}`)
  const at = Array.from({ length: side }, (_, i) => quantile((i + 0.5) / side))
  return tensor(at.toReversed().flatMap(y => at.map(x => [x, y])))
}

/** Where the standard normal distribution reaches p, by bisection of its integral. */
function quantile(p: number): number {
  let [low, high] = [-9, 9]
  while (high - low > 1e-12) {
    const middle = (low + high) / 2
    if (below(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …): Marsaglia's series, for |x| ≤ 9. */
function below(x: number): number {
  let [sum, term] = [x, x]
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 600; k += 2) sum += term *= (x * x) / k
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
