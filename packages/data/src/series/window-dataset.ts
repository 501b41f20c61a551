import { HostRng, RangeError, ShapeError, type HostRngState } from '@portolan/core'
import { collate } from '../loader/collate.ts'
import type { BatchSource, Field, Fields } from '../source/array-dataset.ts'
import { zerosLike } from '../source/zeros-like.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'

/** What a window's part is: `length` steps from `start` on, and of a series `[t, c]` these columns. */
export interface WindowPart {
  readonly start: number
  readonly length: number
  readonly columns?: readonly number[]
}

/** Options of windows over a series. */
export interface WindowOptions {
  /** Steps from one window to the next, at least 1; by default 1. */
  readonly stride?: number
}

/**
 * Windows over a series, cut out when their batch is due: `x` and `y`, of any number of windows no copy is held.
 *
 * Made by `forecastWindows` and `nextTokenWindows`.
 */
export class WindowDataset implements BatchSource<'x' | 'y'> {
  readonly length: number
  readonly #series: Field
  readonly #parts: { readonly x: WindowPart; readonly y: WindowPart }
  readonly #stride: number

  /** @throws RangeError when an option is out of its range, or the series is shorter than one window. */
  constructor(what: string, series: Field, parts: { readonly x: WindowPart; readonly y: WindowPart }, { stride = 1 }: WindowOptions) {
    const [t = 0, channels = 1] = series.shape
    if (series.shape.length > 2 || t * channels !== series.data.length)
      throw new ShapeError(`${what}: the series must be [t] or [t, channels], got [${series.shape}] of ${series.data.length} numbers.`)
    for (const [name, value] of Object.entries({ stride, 'the length of x': parts.x.length, 'the length of y': parts.y.length })) {
      if (!Number.isInteger(value) || value < 1)
        throw new RangeError(`${what}: ${name} must be a whole number of at least 1, got ${value}.`)
    }
    const wrong = parts.y.columns?.find(c => !Number.isInteger(c) || c < 0 || c >= channels || series.shape.length === 1)
    if (wrong !== undefined) throw new RangeError(`${what}: there is no channel ${wrong}, the series is [${series.shape}].`)
    const reach = Math.max(parts.x.start + parts.x.length, parts.y.start + parts.y.length)
    if (t < reach) throw new RangeError(`${what}: a window takes ${reach} steps, the series has ${t}.`)
    this.#series = series
    this.#parts = parts
    this.#stride = stride
    this.length = Math.floor((t - reach) / stride) + 1
  }

  /** @throws RangeError when there is no such window. */
  at(index: number): Fields<'x' | 'y'> {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`WindowDataset: window ${index} does not exist, there are ${this.length}, numbered from 0.`)
    const first = index * this.#stride
    return { x: this.#cut(first, this.#parts.x), y: this.#cut(first, this.#parts.y) }
  }

  gather(indices: ArrayLike<number>): Fields<'x' | 'y'> {
    return collate(Array.from(indices, i => this.at(i)))
  }

  gatherEach(indices: ArrayLike<number>, each: SampleTransform, drawsOf: (i: number) => HostRngState): Fields<'x' | 'y'> {
    const change = (index: number, i: number): Fields<'x' | 'y'> => {
      const { seed, stream, draw } = drawsOf(i)
      return each(this.at(index), new HostRng(seed, stream, draw)) as Fields<'x' | 'y'>
    }
    return collate(Array.from(indices, change))
  }

  #cut(first: number, { start, length, columns }: WindowPart): Field {
    const { data, shape } = this.#series
    const [, channels = 1] = shape
    const from = (first + start) * channels
    const rows = data.subarray(from, from + length * channels)
    if (!columns) return { data: rows, shape: [length, ...shape.slice(1)] }
    const out = zerosLike(data, length * columns.length)
    for (let i = 0; i < length; i++) columns.forEach((c, k) => (out[i * columns.length + k] = rows[i * channels + c]!))
    return { data: out, shape: [length, columns.length] }
  }
}

/** Options of `forecastWindows`. */
export interface ForecastOptions extends WindowOptions {
  /** Steps that are known: x. */
  readonly past: number
  /** Steps to foretell: y. */
  readonly horizon: number
  /** Which channels are foretold; by default all. */
  readonly targets?: readonly number[]
}

/**
 * Windows to foretell a series: `x` float32 `[n, past, channels]` and what follows, `y` `[n, horizon, channels]`.
 *
 * series: [t] or [t, channels]; there are ⌊(t − past − horizon) / stride⌋ + 1 windows.
 *
 * @throws RangeError when an option is out of its range, or the series is too short.
 *
 * @example
 * const train = forecastWindows({ data, shape: [8640, 7] }, { past: 336, horizon: 24 })
 */
export const forecastWindows = (series: Field, { past, horizon, targets, ...options }: ForecastOptions): WindowDataset =>
  new WindowDataset(
    'forecastWindows',
    series,
    { x: { start: 0, length: past }, y: { start: past, length: horizon, ...(targets && { columns: targets }) } },
    options,
  )

/** Options of `nextTokenWindows`. */
export interface NextTokenOptions extends WindowOptions {
  /** Tokens in a window. */
  readonly length: number
}

/**
 * Windows to learn a language from: `x` int32 `[n, length]` and `y`, the same one token on. By default windows don't overlap.
 *
 * @throws RangeError when an option is out of its range, or there are too few tokens.
 *
 * @example
 * const train = nextTokenWindows(ids, { length: 128 })
 */
export const nextTokenWindows = (ids: Int32Array, { length, stride = length }: NextTokenOptions): WindowDataset =>
  new WindowDataset(
    'nextTokenWindows',
    { data: ids, shape: [ids.length] },
    { x: { start: 0, length }, y: { start: 1, length } },
    { stride },
  )
