import { FormatError, RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { columnsOf, mapColumns, present } from './columns.ts'

/** What a scaler is: y = (x − center) / scale, column by column. Plain data, to be saved as JSON. */
export interface ScalerState {
  readonly center: readonly number[]
  readonly scale: readonly number[]
}

/** Brings columns to one scale, and back. Missing numbers (NaN) stay. */
export interface Scaler {
  readonly state: ScalerState
  /** x: [n, columns] → float32 [n, columns]: (x − center) / scale. */
  apply(x: Field): Field
  /** y: [n, columns] → float32 [n, columns]: y · scale + center. */
  invert(y: Field): Field
}

/**
 * The scaler of a saved state.
 *
 * @throws FormatError when it is none.
 *
 * @example
 * const scaler = scalerOf(JSON.parse(saved) as ScalerState)
 */
export function scalerOf(state: ScalerState): Scaler {
  const { center, scale } = state ?? {}
  const areNumbers = (v: unknown): v is number[] => Array.isArray(v) && v.every(n => Number.isFinite(n))
  if (!areNumbers(center) || !areNumbers(scale) || center.length !== scale.length || !center.length || scale.includes(0))
    throw new FormatError(
      `scalerOf: the state must be { center, scale }, a finite number each column and no scale 0, got ${JSON.stringify(state)}.`,
    )
  const n = center.length
  return {
    state,
    apply: x => mapColumns(x, columnsOf('Scaler.apply', x, n), (v, k) => (v - center[k]!) / scale[k]!),
    invert: y => mapColumns(y, columnsOf('Scaler.invert', y, n), (v, k) => v * scale[k]! + center[k]!),
  }
}

function fit(what: string, x: Field, of: (values: readonly number[]) => readonly [center: number, scale: number]): Scaler {
  const columns = columnsOf(what, x)
  const all = Array.from({ length: columns }, (_, k) => {
    const values = present(x, k, columns)
    if (!values.length) throw new RangeError(`${what}: column ${k} has no number at all.`)
    const [center, scale] = of(values)
    if (!Number.isFinite(center) || !Number.isFinite(scale)) throw new RangeError(`${what}: column ${k} has a number that is not finite.`)
    return [center, scale || 1] as const // a constant column becomes 0
  })
  return scalerOf({ center: all.map(a => a[0]), scale: all.map(a => a[1]) })
}

/**
 * Fits a scaler to columns: mean 0 and deviation 1 (of all, not of a sample: divided by n). A constant column becomes 0.
 *
 * x: [n, columns]; missing numbers (NaN) don't count.
 *
 * @throws RangeError when a column has no number; ShapeError when x is no table.
 *
 * @example
 * const scaler = standardScaler(train)
 * await writeFile('scaler.json', JSON.stringify(scaler.state))
 * const x = scaler.apply(test)
 */
export const standardScaler = (x: Field): Scaler =>
  fit('standardScaler', x, values => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return [mean, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)]
  })

/**
 * Fits a scaler to columns: the least becomes 0, the greatest 1.
 *
 * x: [n, columns]; missing numbers (NaN) don't count.
 *
 * @throws RangeError when a column has no number; ShapeError when x is no table.
 *
 * @example
 * const x = minMaxScaler(train).apply(test)
 */
export const minMaxScaler = (x: Field): Scaler =>
  fit('minMaxScaler', x, values => {
    const [low, high] = values.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity])
    return [low, high - low]
  })
