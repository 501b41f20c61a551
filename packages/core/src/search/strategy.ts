import { RangeError } from '../errors.ts'
import type { HostRng } from '../random/host-rng.ts'
import type { Space } from './space.ts'

/** What a strategy asks for: a point, and how much may be spent on it. */
export interface Job {
  /** Of the trial, from 0. A trial that goes on with more has the same number. */
  readonly number: number
  readonly point: Readonly<Record<string, unknown>>
  /** What may be spent in all, such as epochs; undefined where the strategy does not share out. */
  readonly budget?: number
}

/** What came of a job. */
export interface Trial<P = Readonly<Record<string, unknown>>> {
  readonly number: number
  readonly point: P
  readonly budget?: number
  /** What the objective gave; undefined where it failed. */
  readonly value?: number
  /** Why it failed. */
  readonly error?: string
  readonly seconds: number
}

/** What a strategy knows when it is asked. */
export interface Known {
  readonly space: Space
  /** What was done, in the order in which it was asked for. */
  readonly done: readonly Trial[]
  /** How good a trial is: less is better, a failed one is Infinity. */
  readonly cost: (trial: Trial) => number
  readonly rng: HostRng
  /** How many jobs run side by side. */
  readonly parallel: number
}

/** A way to choose points. It is asked again when all that it asked for is done, and ends by asking for nothing. */
export interface Strategy {
  /** What it is, with its options: a search goes on only with the same. */
  readonly text: string
  /** What to do next, after all that was asked for before is done; nothing at the end. */
  next(known: Known): readonly Job[]
}

/** @internal */
export function positive(of: string, options: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(options))
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`${of}: ${name} must be a whole number of at least 1, got ${n}.`)
}

/** @internal A point with every value as likely. */
export const anywhere = (space: Space, rng: HostRng): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, dimension.at(rng.uniform())]))

/**
 * Points at random, every value of each dimension as likely.
 *
 * Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", 2012.
 * @throws RangeError for fewer than one trial.
 * @example
 * await search({ space: { rate: real(1e-4, 1e-1, { log: true }) }, objective, strategy: random({ trials: 20 }) })
 */
export function random({ trials }: { trials: number }): Strategy {
  positive('random', { trials })
  return {
    text: `random(${trials})`,
    next: ({ space, done, rng }) =>
      done.length ? [] : Array.from({ length: trials }, (_, number) => ({ number, point: anywhere(space, rng) })),
  }
}

/**
 * Every combination: all values of a choice, and so many values evenly apart of each range.
 * @param options `steps`: values of a range, default 5; a range of whole numbers that has fewer gives all.
 * @throws RangeError for fewer than one step.
 * @example
 * await search({ space: { rate: choice(0.1, 0.01), width: integer(1, 3) }, objective, strategy: grid() })   // six trials
 */
export function grid({ steps = 5 }: { steps?: number } = {}): Strategy {
  positive('grid', { steps })
  return {
    text: `grid(${steps})`,
    next: ({ space, done }) =>
      done.length
        ? []
        : Object.entries(space)
            .reduce<Record<string, unknown>[]>(
              (points, [name, dimension]) => points.flatMap(p => dimension.spread(steps).map(value => ({ ...p, [name]: value }))),
              [{}],
            )
            .map((point, number) => ({ number, point })),
  }
}
