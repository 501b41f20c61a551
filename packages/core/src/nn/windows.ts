import { ShapeError } from '../errors.ts'
import type { ConvAttrs } from '../ops/conv.ts'
import type { PadMode } from '../tensor/rearrange.ts'
import { range, type Shape } from '../tensor/spec.ts'

/** How many spatial axes there are: sequences, images, volumes. */
export type Spatial = 1 | 2 | 3
interface Lists {
  1: readonly [number]
  2: readonly [number, number]
  3: readonly [number, number, number]
}
interface Ends {
  1: readonly [number, number]
  2: readonly [number, number, number, number]
  3: readonly [number, number, number, number, number, number]
}
/** One number for every spatial axis, or one for each. */
export type Sides<N extends Spatial> = number | Lists[N]
/** How much is put around: one number; one for each axis; or all beginnings and then all ends, of images [top, left, bottom, right]. */
export type Around<N extends Spatial> = Sides<N> | Ends[N]
/** How much is put around; 'same' makes the output ⌈size / stride⌉ long, an odd number going to the end; 'valid' is 0. */
export type Padding<N extends Spatial> = Around<N> | 'same' | 'valid'
/** What is put around: zeros, or what `Tensor.pad` continues the input with. */
export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>
/** One number for both spatial axes, or [height, width]. */
export type Pair = Sides<2>

/** How a window slides. */
export interface WindowOptions<N extends Spatial> {
  /** How far the window moves; default 1. */
  stride?: Sides<N>
  /** Default 0. */
  padding?: Padding<N>
  /** Distance between the numbers of a window; default 1. */
  dilation?: Sides<N>
}

/** A part of a picture, in pixels. */
export type Window = Omit<ConvAttrs, 'groups'>

/** One integer for each of n axes. */
export function sides(name: string, n: number, given: number | readonly number[], least = 1): number[] {
  const list = typeof given === 'number' ? Array<number>(n).fill(given) : [...given]
  if (list.length !== n || list.some(v => !Number.isInteger(v) || v < least))
    throw new ShapeError(`${name} must be an integer ≥ ${least}, or ${n} of them, got [${given}]`)
  return list
}
export const pair = (x: Pair): [number, number] => sides('a pair', 2, x, 0) as [number, number]

/** All beginnings, then all ends. */
export function around(name: string, n: number, given: number | readonly number[]): number[] {
  if (typeof given !== 'number' && given.length === 2 * n) return sides(name, 2 * n, given, 0)
  const list = sides(name, n, given, 0)
  return [...list, ...list]
}

/** The attributes of a window over n spatial axes, spelled out. x: [batch, channels, ...n axes] */
export function windowOf<N extends Spatial>(
  name: string,
  n: N,
  x: Shape,
  kernel: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions<N>,
): Window {
  const image = ['length', 'height, width', 'depth, height, width'][n - 1]
  if (!image) throw new ShapeError(`${name}: the input must be [batch, channels, …] with one to three spatial axes, got [${x}]`)
  if (x.length !== n + 2)
    throw new ShapeError(
      `${name}: the input must have ${n + 2} axes, [batch, channels, ${image}], got [${x}]${x.length === n + 1 ? '. Give it a batch axis: x.expandDims(0)' : ''}`,
    )
  const window = { stride: sides(`${name}: stride`, n, stride), dilation: sides(`${name}: dilation`, n, dilation) }
  sides(`${name}: kernel`, n, kernel)
  if (padding !== 'same') return { ...window, pads: around(`${name}: padding`, n, padding === 'valid' ? 0 : padding) }
  const total = range(n).map(i => {
    const step = window.stride[i]!
    return Math.max(0, (Math.ceil(x[i + 2]! / step) - 1) * step + window.dilation[i]! * (kernel[i]! - 1) + 1 - x[i + 2]!)
  })
  return { ...window, pads: [...total.map(t => t >> 1), ...total.map(t => t - (t >> 1))] }
}
