import type { PixelView } from './pixel-view.ts'
import { BITS, type Kernel, type Taps } from './taps.ts'

const HALF = 1 << (BITS - 1)

/** Bilinear sums of bytes stay bytes; the negative lobes of the other kernel may leave them. */
const bytesFor = (kernel: Kernel, length: number): Uint8Array | Uint8ClampedArray =>
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
export function widen(view: PixelView, taps: Taps, to: number, kernel: Kernel): Uint8Array {
  const { channels, height, offset } = view
  const pixels = view.pixels as Uint8Array
  const [channel, row, column] = view.strides
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
export function heighten(
  pixels: Uint8Array,
  { channels, height }: PixelView,
  taps: Taps,
  to: number,
  width: number,
  kernel: Kernel,
): Uint8Array {
  const out = bytesFor(kernel, channels * to * width)
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < to; y++) {
      const start = (c * height + taps.first[y]!) * width
      blend(pixels, start, 1, width, width, taps.weights, y * taps.taps, taps.count[y]!, out, (c * to + y) * width, 1)
    }
  }
  return new Uint8Array(out.buffer)
}
