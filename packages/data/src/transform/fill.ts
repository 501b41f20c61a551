import { RangeError } from '@portolan/core'

/**
 * What lies outside a picture a b c d: with `constant` a value, with `nearest` the border, `a a | a b c d | d d`, with `reflect` the
 * mirror image, `b a | a b c d | d c` (torchvision's `symmetric`).
 */
export type FillMode = 'constant' | 'nearest' | 'reflect'

/** What lies outside of a picture. */
export interface FillOptions {
  /** What lies outside the picture; by default `constant`. */
  readonly fill?: FillMode
  /** The constant, or one for each channel; by default 0. */
  readonly value?: number | readonly number[]
  /** The constant in masks, such as the class that the loss ignores; by default 0. */
  readonly maskValue?: number
}

/** The place that stands for place i of an axis of n; −1 for none. */
export function placeOf(mode: FillMode, i: number, n: number): number {
  if (i >= 0 && i < n) return i
  if (mode === 'constant') return -1
  if (mode === 'nearest') return i < 0 ? 0 : n - 1
  const m = ((i % (2 * n)) + 2 * n) % (2 * n)
  return m < n ? m : 2 * n - 1 - m
}

/** @throws RangeError when the mode does not exist. */
export function checkFill(what: string, { fill = 'constant', value = 0, maskValue = 0 }: FillOptions): Required<FillOptions> {
  if (!['constant', 'nearest', 'reflect'].includes(fill))
    throw new RangeError(`${what}: fill must be 'constant', 'nearest' or 'reflect', got '${fill}'.`)
  return { fill, value, maskValue }
}

/** The constant of each channel. @throws RangeError when they are not as many. */
export function valuesOf(value: number | readonly number[], channels: number): readonly number[] {
  if (typeof value === 'number') return Array<number>(channels).fill(value)
  if (value.length !== channels)
    throw new RangeError(`transform: value has ${value.length} numbers [${value}], the picture ${channels} channels.`)
  return value
}
