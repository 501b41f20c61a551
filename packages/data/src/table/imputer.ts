import { FormatError, RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { columnsOf, mapColumns, present } from './columns.ts'

/** What is put in the place of missing numbers, a value each column. Plain data, to be saved as JSON. */
export interface ImputerState {
  readonly values: readonly number[]
}

/** Fills missing numbers (NaN). */
export interface Imputer {
  readonly state: ImputerState
  /** x: [n, columns] → float32 [n, columns] without NaN. */
  apply(x: Field): Field
}

const strategies = {
  mean: (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length,
  median(values: readonly number[]) {
    const sorted = [...values].sort((a, b) => a - b)
    const half = sorted.length >> 1
    return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
  },
  /** The least of those that are as frequent. */
  mostFrequent(values: readonly number[]) {
    const counts = new Map<number, number>()
    for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1)
    return [...counts].sort(([a, n], [b, m]) => m - n || a - b)[0]![0]
  },
} as const

/**
 * The imputer of a saved state.
 *
 * @throws FormatError when it is none.
 *
 * @example
 * const imputer = imputerOf(JSON.parse(saved) as ImputerState)
 */
export function imputerOf(state: ImputerState): Imputer {
  const { values } = state ?? {}
  if (!Array.isArray(values) || !values.length || !values.every(v => Number.isFinite(v)))
    throw new FormatError(`imputerOf: the state must be { values }, a finite number each column, got ${JSON.stringify(state)}.`)
  const known = values as readonly number[]
  return {
    state,
    apply: x => mapColumns(x, columnsOf('Imputer.apply', x, known.length), (v, k) => (Number.isNaN(v) ? known[k]! : v)),
  }
}

/**
 * Fits what is put in the place of missing numbers: of each column the mean, the median, the most frequent number, or one constant.
 *
 * x: [n, columns].
 *
 * @throws RangeError when there is no such strategy or a column has no number; ShapeError when x is no table.
 *
 * @example
 * const { apply, state } = imputer(train, 'median')
 */
export function imputer(x: Field, strategy: keyof typeof strategies | number): Imputer {
  const columns = columnsOf('imputer', x)
  if (typeof strategy === 'string' && !Object.hasOwn(strategies, strategy))
    throw new RangeError(`imputer: strategy must be ${Object.keys(strategies).join(', ')} or a number, got '${strategy}'.`)
  const values = Array.from({ length: columns }, (_, k) => {
    if (typeof strategy === 'number') return strategy
    const there = present(x, k, columns)
    if (!there.length) throw new RangeError(`imputer: column ${k} has no number at all. Give a constant, or leave the column out.`)
    return strategies[strategy](there)
  })
  return imputerOf({ values })
}
