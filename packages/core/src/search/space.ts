import { RangeError } from '../errors.ts'

/** What one hyper-parameter may be. Numbers and values alike are seen as places in [0, 1), so that one strategy treats all. */
export interface Dimension<V = unknown> {
  /** The value at a place in [0, 1), every value as likely. */
  at(place: number): V
  /** The place of a value: the middle of its share, where there are only so many values. */
  placeOf(value: V): number
  /** Values evenly apart, at most so many; all of a choice. */
  spread(most: number): V[]
  /** How many values there are: Infinity for real numbers. */
  readonly count: number
  /** Whether its values are in order, so that near places give near values. */
  readonly ordered: boolean
  /** Whether pictures show it on a logarithmic axis. */
  readonly log: boolean
  /** What it is, for files and messages. */
  readonly text: string
}

/** The names of hyper-parameters, and what each may be. */
export type Space = Readonly<Record<string, Dimension>>
/** A value for each hyper-parameter of a space. */
export type Point<S extends Space> = { readonly [K in keyof S]: S[K] extends Dimension<infer V> ? V : never }

const fromCount = <V>(
  count: number,
  value: (i: number) => V,
  indexOf: (v: V) => number,
): Pick<Dimension<V>, 'at' | 'placeOf' | 'count'> => ({
  count,
  at: place => value(Math.min(count - 1, Math.floor(place * count))),
  placeOf: v => (indexOf(v) + 0.5) / count,
})

const evenly = (most: number, count: number): number[] => {
  const n = Math.min(most, count)
  return Array.from({ length: n }, (_, i) => (n === 1 ? 0.5 : i / (n - 1)))
}

/**
 * One of some values: numbers, texts, booleans, null.
 * @throws RangeError when there is none.
 * @example
 * const space = { activation: choice('relu', 'gelu'), width: choice(16, 32, 64) }
 */
export function choice<const V extends string | number | boolean | null>(...values: readonly V[]): Dimension<V> {
  if (!values.length) throw new RangeError('choice: there must be a value to choose, got none.')
  if (new Set(values).size < values.length) throw new RangeError(`choice: every value must be named once, got ${values}.`)
  return {
    ...fromCount<V>(
      values.length,
      i => values[i]!,
      v => values.indexOf(v),
    ),
    spread: () => [...values],
    ordered: false,
    log: false,
    text: `choice(${values.map(v => JSON.stringify(v)).join(', ')})`,
  }
}

/**
 * A real number between two.
 * @param options `log`: whether its logarithm is evenly spread: 0.001 … 0.01 is as likely as 0.01 … 0.1. Default false.
 * @throws RangeError unless low < high, and 0 < low with `log`.
 * @example
 * const space = { dropout: real(0, 0.5), rate: real(1e-4, 1e-1, { log: true }) }
 */
export function real(low: number, high: number, { log = false }: { log?: boolean } = {}): Dimension<number> {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high && (!log || low > 0)))
    throw new RangeError(`real: low must be less than high${log ? ' and more than 0' : ''}, got ${low} and ${high}.`)
  const [a, b] = log ? [Math.log(low), Math.log(high)] : [low, high]
  const at = (share: number): number => {
    const v = a + share * (b - a)
    return Math.min(high, Math.max(low, log ? Math.exp(v) : v))
  }
  return {
    at,
    placeOf: value => ((log ? Math.log(value) : value) - a) / (b - a),
    spread: most => evenly(most, Infinity).map(at),
    count: Infinity,
    ordered: true,
    log,
    text: `real(${low}, ${high}${log ? ', log' : ''})`,
  }
}

/**
 * A whole number between two, both included.
 * @throws RangeError unless both are whole numbers and low < high.
 * @example
 * const space = { layers: integer(1, 4) }
 */
export function integer(low: number, high: number): Dimension<number> {
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high))
    throw new RangeError(`integer: low and high must be whole numbers with low < high, got ${low} and ${high}.`)
  const count = high - low + 1
  return {
    ...fromCount(
      count,
      i => low + i,
      v => v - low,
    ),
    spread: most => evenly(most, count).map(share => Math.round(low + share * (high - low))),
    ordered: true,
    log: false,
    text: `integer(${low}, ${high})`,
  }
}
