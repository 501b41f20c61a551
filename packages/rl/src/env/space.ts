import { RangeError, ShapeError, type HostRng } from '@portolan/core'

/** One of the integers 0 … n − 1. */
export interface Discrete {
  readonly kind: 'discrete'
  readonly n: number
}
/** Numbers of a fixed shape, each between its bounds, which may be infinite. */
export interface Box {
  readonly kind: 'box'
  readonly shape: readonly number[]
  readonly low: Float32Array
  readonly high: Float32Array
}
/** What an observation or an action may be. */
export type Space = Discrete | Box
/** One of a space: an integer, or the numbers of a box in row-major order. */
export type Element<S extends Space> = S extends Discrete ? number : Float32Array

/**
 * The integers 0 … n − 1.
 * @throws RangeError unless n is an integer of at least 1.
 * @example
 * discrete(4)
 */
export function discrete(n: number): Discrete {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`discrete: n must be an integer of at least 1, got ${n}.`)
  return { kind: 'discrete', n }
}

/**
 * Numbers of a shape between bounds: one for all, or one for each.
 * @throws ShapeError if a list of bounds does not fill the shape; RangeError if a bound is NaN or the lower one is above the upper one.
 * @example
 * box(-1, 1, [2])
 * box([-1.2, -0.07], [0.6, 0.07], [2])
 */
export function box(low: number | readonly number[], high: number | readonly number[], shape: readonly number[]): Box {
  const size = shape.reduce((a, b) => a * b, 1)
  const bounds = (given: number | readonly number[], name: string): Float32Array => {
    if (typeof given === 'number') return new Float32Array(size).fill(given)
    if (given.length !== size) throw new ShapeError(`box: ${name} must hold ${size} numbers for [${shape}], got ${given.length}.`)
    return Float32Array.from(given)
  }
  const made: Box = { kind: 'box', shape, low: bounds(low, 'low'), high: bounds(high, 'high') }
  const bad = made.low.findIndex((l, i) => !(l <= made.high[i]!))
  if (bad >= 0) throw new RangeError(`box: low must be at most high, got ${made.low[bad]} and ${made.high[bad]} at ${bad}.`)
  return made
}

/** How many numbers one element takes in a batch: 1 of a discrete space. */
export const sizeOf = (space: Space): number => (space.kind === 'discrete' ? 1 : space.low.length)

/** Whether something is an element of a space. */
export function contains(space: Space, x: unknown): boolean {
  if (space.kind === 'discrete') return Number.isInteger(x) && (x as number) >= 0 && (x as number) < space.n
  return x instanceof Float32Array && x.length === space.low.length && x.every((v, i) => v >= space.low[i]! && v <= space.high[i]!)
}

/**
 * An element at random: evenly spread within two bounds, exponential beyond one, normal without.
 * @example
 * const action = sample(env.actionSpace, new HostRng(1))
 */
export function sample<S extends Space>(space: S, rng: HostRng): Element<S> {
  const draw = (low: number, high: number): number => {
    const [above, below] = [low > -Infinity, high < Infinity]
    if (above && below) return low + (high - low) * rng.uniform()
    if (above || below) return above ? low - Math.log(1 - rng.uniform()) : high + Math.log(1 - rng.uniform())
    return rng.normal()
  }
  const given: Space = space
  return (given.kind === 'discrete' ? rng.integer(given.n) : given.low.map((low, i) => draw(low, given.high[i]!))) as Element<S>
}
