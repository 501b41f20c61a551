import { range, type Shape } from '../tensor/spec.ts'
import { sides, windowOf, type Sides, type Spatial, type Window, type WindowOptions } from './windows.ts'

/** Options of poolings. */
export interface PoolOptions<N extends Spatial> {
  /** How far the window moves; default: the kernel. */
  stride?: Sides<N>
  /** Default 0. */
  padding?: WindowOptions<N>['padding']
  /** Whether what is left over at the end gets a window of its own, as far as it goes; default false. */
  ceilMode?: boolean
}

/** The attributes of a pooling spelled out. Where a last window hangs over the end, the pads do too; `counted` are those that were asked for. */
export function poolOf<N extends Spatial>(
  name: string,
  n: N,
  x: Shape,
  kernel: Sides<N>,
  { stride = kernel, padding = 0, dilation = 1, ceilMode = false }: PoolOptions<N> & { dilation?: Sides<N> },
): Window & { kernel: number[]; counted: number[] } {
  const all = sides(`${name}: kernel`, n, kernel)
  const window = windowOf(name, n, x, all, { stride, padding, dilation })
  const { pads } = window
  const over = range(n).map(i => {
    const [before, step] = [x[i + 2]! + pads[i]!, window.stride[i]!]
    const rest = before + pads[i + n]! - window.dilation[i]! * (all[i]! - 1) - 1
    const last = Math.ceil(rest / step) * step // where the last window begins, unless it would see the end padding only
    return ceilMode ? Math.max(0, (last >= before ? last - step : last) - rest) : 0
  })
  return { ...window, kernel: all, counted: pads, pads: pads.map((p, i) => (i < n ? p : p + over[i - n]!)) }
}
