import { RangeError, ShapeError } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'

/** Options of `toFloat`. */
export interface ToFloatOptions {
  /** Which fields are pictures; by default every uint8 field of 3 or 4 axes. */
  readonly fields?: readonly string[]
  /** What a pixel is multiplied by first; by default 1/255, which brings 0 … 255 to 0 … 1. */
  readonly scale?: number
  /** Taken off after scaling: one number, or one for each channel; by default 0. */
  readonly mean?: number | readonly number[]
  /** Divided by at last: one number, or one for each channel; by default 1. */
  readonly std?: number | readonly number[]
}

/**
 * Makes pictures of bytes into pictures of float32, with an axis for the channels.
 *
 * y = (x · scale − mean) / std, uint8 `[n, h, w]` → float32 `[n, 1, h, w]`, uint8 `[n, c, h, w]` → float32 `[n, c, h, w]`.
 *
 * @throws RangeError when a standard deviation is 0 or a number is not finite; ShapeError when a named field is no picture or
 * the numbers for the channels are not as many as the channels.
 *
 * @example
 * loader(train, { batchSize: 128, transform: toFloat({ mean: 0.1307, std: 0.3081 }) })
 */
export function toFloat({ fields, scale = 1 / 255, mean = 0, std = 1 }: ToFloatOptions = {}): <K extends string>(
  batch: Fields<K>,
) => Fields<K> {
  for (const [name, value] of Object.entries({ scale, mean, std })) {
    if (![value].flat().every(v => Number.isFinite(v) && (name !== 'std' || v !== 0)))
      throw new RangeError(`toFloat: ${name} must be finite${name === 'std' ? ' and not 0' : ''}, got ${value}.`)
  }
  const table = (channel: number): Float32Array => {
    const of = (value: number | readonly number[]): number => (typeof value === 'number' ? value : value[channel]!)
    return Float32Array.from({ length: 256 }, (_, x) => (x * scale - of(mean)) / of(std))
  }
  const float = (name: string, { data, shape }: Field): Field => {
    if (!(data instanceof Uint8Array) || shape.length < 3 || shape.length > 4)
      throw new ShapeError(`toFloat: field ${name} must be uint8 [n, h, w] or [n, c, h, w], got ${data.constructor.name} [${shape}].`)
    const [n, channels, height, width] =
      shape.length === 3 ? [shape[0]!, 1, shape[1]!, shape[2]!] : (shape as [number, number, number, number])
    for (const value of [mean, std]) {
      if (typeof value !== 'number' && value.length !== channels)
        throw new ShapeError(`toFloat: field ${name} has ${channels} channels, but mean or std has ${value.length} numbers [${value}].`)
    }
    const out = new Float32Array(data.length)
    const plane = height * width
    const tables = Array.from({ length: channels }, (_, channel) => table(channel))
    for (let start = 0; start < data.length; start += plane) {
      const values = tables[(start / plane) % channels]!
      for (let i = start; i < start + plane; i++) out[i] = values[data[i]!]!
    }
    return { data: out, shape: [n, channels, height, width] }
  }
  return <K extends string>(batch: Fields<K>) => {
    for (const name of fields ?? []) {
      if (!Object.hasOwn(batch, name))
        throw new ShapeError(`toFloat: the batch has no field ${name}, only ${Object.keys(batch).join(', ')}.`)
    }
    const isPicture = (name: string, { data, shape }: Field): boolean =>
      fields ? fields.includes(name) : data instanceof Uint8Array && (shape.length === 3 || shape.length === 4)
    return Object.fromEntries(
      Object.entries<Field>(batch).map(([name, field]) => [name, isPicture(name, field) ? float(name, field) : field]),
    ) as Fields<K>
  }
}
