/** Fixed-point weights, as Pillow has them: 8 bits are the pixel's, 2 the headroom of negative lobes. */
export const BITS = 22
const kernels = {
  bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  // Keys (1981) with a = -1/2.
  bicubic: {
    support: 2,
    weight(t: number) {
      const x = Math.abs(t)
      return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    },
  },
} as const
export type Kernel = keyof typeof kernels

/** Which pixels, `first[i] … first[i] + count[i] − 1`, make pixel i of an axis, with which weights `weights[i · taps …]`. */
export interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  readonly taps: number
  /** Sum 1, or 2²² in fixed point; 0 past the last. */
  readonly weights: Int32Array
  readonly exact: Float64Array
}

/** Where the picture shrinks, the kernel widens with it, so that every pixel counts (antialiasing). */
export function tapsOf(from: number, to: number, kernel: Kernel): Taps {
  const { support, weight } = kernels[kernel]
  const scale = from / to
  const stretch = Math.max(1, scale)
  const reach = support * stretch
  const taps = Math.ceil(reach) * 2 + 4 // as many as are read at once, or more
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const exact = new Float64Array(to * taps)
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale
    const low = Math.max(0, Math.trunc(center - reach + 0.5))
    const n = Math.min(from, Math.trunc(center + reach + 0.5)) - low
    first[i] = low
    count[i] = n
    let sum = 0
    for (let k = 0; k < n; k++) sum += exact[i * taps + k] = weight((k + low - center + 0.5) / stretch)
    for (let k = 0; k < n; k++) exact[i * taps + k]! /= sum
  }
  const weights = new Int32Array(exact.length)
  for (let i = 0; i < exact.length; i++) weights[i] = Math.trunc(exact[i]! * 2 ** BITS + (exact[i]! < 0 ? -0.5 : 0.5))
  return { first, count, taps, weights, exact }
}
