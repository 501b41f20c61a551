import type { PixelView } from './pixel-view.ts'

/** How pixels between pixels are found. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic'

/** Fixed-point weights, as Pillow has them: 8 bits are the pixel's, 2 the headroom of negative lobes. */
const BITS = 22
const HALF = 1 << (BITS - 1)

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

/** Which pixels, `first[i] … first[i] + count[i] − 1`, make pixel i of an axis, with which weights `weights[i · taps …]`. */
interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  readonly taps: number
  /** Sum 1, or 2²² in fixed point; 0 past the last. */
  readonly weights: Int32Array
  readonly exact: Float64Array
}

/** Where the picture shrinks, the kernel widens with it, so that every pixel counts (antialiasing). */
function tapsOf(from: number, to: number, kernel: keyof typeof kernels): Taps {
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

/** Bilinear sums of bytes stay bytes; the negative lobes of the other kernel may leave them. */
const bytesFor = (kernel: keyof typeof kernels, length: number): Uint8Array | Uint8ClampedArray =>
  kernel === 'bilinear' ? new Uint8Array(length) : new Uint8ClampedArray(length)

/** Lines taken together, so that what they touch stays in the cache. */
const BLOCK = 64

/**
 * One output pixel for each of `lines` lines: Σ weight · pixel, three or six weights in registers, the rest in a loop.
 *
 * This is where resizing spends its time. A weight past the last is 0 and stands for a pixel that exists.
 */
function blend(
  pixels: Uint8Array,
  start: number,
  line: number,
  tap: number,
  lines: number,
  weights: Int32Array,
  base: number,
  n: number,
  out: Uint8Array | Uint8ClampedArray,
  to: number,
  step: number,
): void {
  const last = (n - 1) * tap
  const w0 = weights[base]!
  const w1 = weights[base + 1]!
  const w2 = weights[base + 2]!
  let p0 = start
  let p1 = n > 1 ? start + tap : start
  let p2 = n > 2 ? p1 + tap : start + last
  const end = to + lines * step
  if (n <= 3) {
    for (let at = to; at < end; at += step, p0 += line, p1 += line, p2 += line)
      out[at] = (HALF + Math.imul(pixels[p0]!, w0) + Math.imul(pixels[p1]!, w1) + Math.imul(pixels[p2]!, w2)) >> BITS
    return
  }
  const w3 = weights[base + 3]!
  const w4 = weights[base + 4]!
  const w5 = weights[base + 5]!
  let p3 = p2 + tap
  let p4 = n > 4 ? p3 + tap : start + last
  let p5 = n > 5 ? p4 + tap : start + last
  for (let at = to; at < end; at += step, p0 += line, p1 += line, p2 += line, p3 += line, p4 += line, p5 += line) {
    let sum =
      (HALF +
        Math.imul(pixels[p0]!, w0) +
        Math.imul(pixels[p1]!, w1) +
        Math.imul(pixels[p2]!, w2) +
        Math.imul(pixels[p3]!, w3) +
        Math.imul(pixels[p4]!, w4) +
        Math.imul(pixels[p5]!, w5)) |
      0
    for (let k = 6; k < n; k++) sum = (sum + Math.imul(pixels[p0 + k * tap]!, weights[base + k]!)) | 0
    out[at] = sum >> BITS
  }
}

/** Rows to the new width: bytes [c, h, from] anywhere → bytes [c, h, to], row-major. */
function widen(view: PixelView, to: number, kernel: keyof typeof kernels): Uint8Array {
  const { channels, height, offset } = view
  const pixels = view.pixels as Uint8Array
  const [channel, row, column] = view.strides
  const taps = tapsOf(view.width, to, kernel)
  const out = bytesFor(kernel, channels * height * to)
  for (let top = 0; top < height; top += BLOCK) {
    const lines = Math.min(BLOCK, height - top)
    for (let x = 0; x < to; x++) {
      for (let c = 0; c < channels; c++) {
        const start = offset + c * channel + top * row + taps.first[x]! * column
        blend(pixels, start, row, column, lines, taps.weights, x * taps.taps, taps.count[x]!, out, (c * height + top) * to + x, to)
      }
    }
  }
  return new Uint8Array(out.buffer)
}

/** Columns to the new height: bytes [c, from, w] → bytes [c, to, w]. */
function heighten(
  pixels: Uint8Array,
  { channels, height }: PixelView,
  to: number,
  width: number,
  kernel: keyof typeof kernels,
): Uint8Array {
  const taps = tapsOf(height, to, kernel)
  const out = bytesFor(kernel, channels * to * width)
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < to; y++) {
      const start = (c * height + taps.first[y]!) * width
      blend(pixels, start, 1, width, width, taps.weights, y * taps.taps, taps.count[y]!, out, (c * to + y) * width, 1)
    }
  }
  return new Uint8Array(out.buffer)
}

/** Both passes for numbers that are no bytes. */
function resampleFloats(view: PixelView, height: number, width: number, kernel: keyof typeof kernels): PixelView {
  const along = (n: number, from: number, to: number, count: number, get: (line: number, i: number) => number): Float32Array => {
    const { first, count: counts, taps, exact } = tapsOf(from, to, kernel)
    const out = new Float32Array(n * to * count)
    for (let line = 0; line < n * count; line++) {
      for (let i = 0; i < to; i++) {
        let sum = 0
        for (let k = 0; k < counts[i]!; k++) sum += get(line, first[i]! + k) * exact[i * taps + k]!
        out[(Math.floor(line / count) * to + i) * count + (line % count)] = sum
      }
    }
    return out
  }
  const { data, channels } = view
  const rows = along(channels * view.height, view.width, width, 1, (line, i) => data[line * view.width + i]!)
  const all = along(channels, view.height, height, width, (line, i) => {
    const c = Math.floor(line / width)
    return rows[(c * view.height + i) * width + (line % width)]!
  })
  return view.replace(all, height, width)
}

function nearest(view: PixelView, height: number, width: number): PixelView {
  const { pixels, channels, offset, strides } = view
  const out = view.allocate(channels * height * width)
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x + 0.5) * (view.width / width)) * strides[2])
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = offset + c * strides[0] + Math.floor((y + 0.5) * (view.height / height)) * strides[1]
      for (let x = 0; x < width; x++) out[at++] = pixels[row + columns[x]!]!
    }
  }
  return view.replace(out, height, width)
}

/**
 * Brings pixels to another height and width, by the same fixed-point arithmetic as Pillow's `Image.resize`: the bytes are equal.
 *
 * Rows first, then columns, each rounded to bytes. [c, h, w] → [c, height, width].
 */
export function resample(view: PixelView, height: number, width: number, interpolation: Interpolation): PixelView {
  if (view.height === height && view.width === width) return view
  if (interpolation === 'nearest') return nearest(view, height, width)
  if (!(view.pixels instanceof Uint8Array)) return resampleFloats(view, height, width, interpolation)
  const rows = view.width === width ? (view.data as Uint8Array) : widen(view, width, interpolation)
  return view.replace(view.height === height ? rows : heighten(rows, view, height, width, interpolation), height, width)
}
