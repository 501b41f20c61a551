import { RangeError, type HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'

/** Transforms by the names and arguments they were made of: what a worker thread makes them anew from. */
export type Recipe = readonly (readonly [name: string, ...args: unknown[]])[]

/**
 * Changes one sample before it is put into a batch; what it was given stays as it is.
 *
 * By these names, fields move with the picture: `image` uint8 or float32 `[c, h, w]`, `mask` `[h, w]` (a class each pixel),
 * `boxes` float32 `[k, 4]` (left, top, right, bottom, in pixels), and, one each box, `classes`, `difficult` and `crowd` `[k]`.
 * All others stay. A class of −1 marks a row that only fills up a batch.
 *
 * `rng` belongs to this sample of this epoch alone. One that has a recipe may run in another thread.
 */
export interface SampleTransform {
  (sample: Fields, rng: HostRng): Fields
  readonly recipe?: Recipe
}

/** A transform that knows what it was made of. */
export const withRecipe = (apply: (sample: Fields, rng: HostRng) => Fields, recipe: Recipe): SampleTransform =>
  Object.assign((sample: Fields, rng: HostRng) => apply(sample, rng), { recipe })

/** A number from the interval. */
export const between = (rng: HostRng, [low, high]: Range): number => low + (high - low) * rng.uniform()

/** From the first to the second number. */
export type Range = readonly [low: number, high: number]

/** What an option may be: one number stands for the interval around 0 (or `center`). */
export const rangeOf = (what: string, value: number | Range, center = 0): Range => {
  const range: Range = typeof value === 'number' ? [center - value, center + value] : value
  if (!(Number.isFinite(range[0]) && Number.isFinite(range[1]) && range[0] <= range[1] && range.length === 2))
    throw new RangeError(`${what} must be a number ≥ 0 or an interval [low, high], got ${JSON.stringify(value)}.`)
  return range
}

/** @throws RangeError unless it is a probability. */
export function checkProbability(what: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${what}: p must be between 0 and 1, got ${p}.`)
}

/** Height and width; one number stands for both. */
export type Size = number | readonly [height: number, width: number]

/** @throws RangeError unless both are whole numbers of at least 1. */
export function sizeOf(what: string, size: Size): [height: number, width: number] {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const n of [height, width]) {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 15)
      throw new RangeError(`${what}: a size is whole pixels from 1 to 32768, or [height, width], got ${JSON.stringify(size)}.`)
  }
  return [height, width]
}
