import { ShapeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'

/** How many columns `[n, columns]` has. @throws ShapeError when it is no table of numbers, or has not as many as it should. */
export function columnsOf(what: string, { data, shape }: Field, expected?: number): number {
  const columns = shape[1] ?? 0
  if (shape.length !== 2 || shape[0]! * columns !== data.length || !columns)
    throw new ShapeError(`${what}: x must be [n, columns], got [${shape}] of ${data.length} numbers.`)
  if (expected !== undefined && columns !== expected)
    throw new ShapeError(`${what}: it was fitted to ${expected} columns, x is [${shape}].`)
  return columns
}

/** The values of column k that are there. */
export const present = ({ data }: Field, k: number, columns: number): number[] => {
  const out: number[] = []
  for (let at = k; at < data.length; at += columns) if (!Number.isNaN(data[at]!)) out.push(data[at]!)
  return out
}

/** y[i, k] = f(x[i, k], k), float32 of the same shape. */
export const mapColumns = ({ data, shape }: Field, columns: number, f: (v: number, k: number) => number): Field => ({
  data: Float32Array.from(data, (v, i) => f(v, i % columns)),
  shape,
})
