import { ShapeError } from '../errors.ts'
import type { ConvAttrs } from '../ops/conv.ts'

/** One number for both spatial axes, or [height, width]. */
export type Pair = number | readonly [number, number]
/** Zeros around an image: one number, [vertical, horizontal], [top, left, bottom, right]; 'same' keeps ⌈size / stride⌉. */
export type Padding2d = Pair | readonly [number, number, number, number] | 'same' | 'valid'

export const pair = (x: Pair): [number, number] => (typeof x === 'number' ? [x, x] : [...x])

export interface Window2dOptions {
  /** How far the window moves; default 1. */
  stride?: Pair
  /** Default 0. */
  padding?: Padding2d
  /** Distance between the numbers of a window; default 1. */
  dilation?: Pair
}

/** The attributes of a window op, spelled out. x: [n, c, h, w] */
export function window2d(name: string, x: readonly number[], kernel: readonly number[], { stride = 1, padding = 0, dilation = 1 }: Window2dOptions): Omit<ConvAttrs, 'groups'> {
  if (x.length !== 4) throw new ShapeError(`${name}: the input must be [n, channels, height, width], got [${x}]`)
  const [s, d] = [pair(stride), pair(dilation)]
  if ([...s, ...d, ...kernel].some(v => !Number.isInteger(v) || v < 1)) throw new ShapeError(`${name}: kernel, stride and dilation must be integers ≥ 1, got [${kernel}], [${s}], [${d}]`)
  return { stride: s, dilation: d, pads: pads(name, x, kernel, s, d, padding) }
}

function pads(name: string, x: readonly number[], kernel: readonly number[], stride: number[], dilation: number[], padding: Padding2d): number[] {
  if (padding === 'valid') return [0, 0, 0, 0]
  if (padding === 'same') {
    const total = [0, 1].map(i => Math.max(0, (Math.ceil(x[i + 2]! / stride[i]!) - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1 - x[i + 2]!))
    return [...total.map(t => t >> 1), ...total.map(t => t - (t >> 1))] // an odd one goes to the end
  }
  const list = typeof padding === 'number' ? [padding, padding] : padding
  const all = list.length === 4 ? [...list] : [...list, ...list]
  if (all.some(p => !Number.isInteger(p) || p < 0)) throw new ShapeError(`${name}: padding must be integers ≥ 0, got [${list}]`)
  return all
}
