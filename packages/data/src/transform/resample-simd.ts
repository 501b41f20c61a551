import type { PixelView } from './pixel-view.ts'
import { resampleKernel } from './resample-kernel.ts'
import type { Taps } from './taps.ts'

interface Kernel {
  readonly memory: WebAssembly.Memory
  widen(src: number, pitch: number, h: number, mid: number, to: number, first: number, count: number, weights: number, taps: number): void
  heighten(
    mid: number,
    w: number,
    out: number,
    plane: number,
    to: number,
    first: number,
    count: number,
    weights: number,
    taps: number,
  ): void
}

/** Undefined where there is no WebAssembly with SIMD, or a page's policy forbids it. */
function start(): Kernel | undefined {
  try {
    const bytes = Uint8Array.from(atob(resampleKernel), letter => letter.charCodeAt(0))
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Kernel
  } catch {
    return undefined
  }
}
let kernel: { readonly found: Kernel | undefined } | undefined

const PAGE = 65536
/** Loads of 4 bytes at the last pixel, and of 16 at the last four, reach this far beyond. */
const SLACK = 64
/** The most memory that is kept; larger pictures go the other way. */
const MOST = 2 ** 26

/**
 * Both passes at once for bytes stored [h, w, 3], as decoders give them: the same integers as in TypeScript, four at a time.
 *
 * Undefined when that is not what there is, or the machine cannot.
 */
export function resampleSimd(view: PixelView, across: Taps, down: Taps, height: number, width: number): PixelView | undefined {
  const [channel, row, column] = view.strides
  if (view.channels !== 3 || channel !== 1 || column !== 3) return undefined
  const { found } = (kernel ??= { found: start() })
  if (!found) return undefined
  const pitch = view.width * 3
  const plane = height * width + SLACK
  let end = 0
  const reserve = (bytes: number): number => {
    const at = end
    end += Math.ceil((bytes + SLACK) / 16) * 16
    return at
  }
  const src = reserve(view.height * pitch)
  const mid = reserve(view.height * width * 4)
  const out = reserve(3 * plane)
  const tables = [across, down].map(t => ({
    first: reserve(4 * t.first.length),
    count: reserve(4 * t.count.length),
    weights: reserve(4 * t.weights.length),
    of: t,
  }))
  if (end > MOST) return undefined
  if (end > found.memory.buffer.byteLength) found.memory.grow(Math.ceil((end - found.memory.buffer.byteLength) / PAGE))
  const bytes = new Uint8Array(found.memory.buffer)
  const words = new Int32Array(found.memory.buffer)
  for (let y = 0, from = view.offset; y < view.height; y++, from += row)
    bytes.set(view.pixels.subarray(from, from + pitch) as Uint8Array, src + y * pitch)
  for (const { first, count, weights, of } of tables) {
    words.set(of.first, first / 4)
    words.set(of.count, count / 4)
    words.set(of.weights, weights / 4)
  }
  const [x, y] = tables as [(typeof tables)[0], (typeof tables)[0]]
  for (let i = 0; i < width; i++) words[x.first / 4 + i]! *= 3
  found.widen(src, pitch, view.height, mid, width, x.first, x.count, x.weights, across.taps)
  found.heighten(mid, width, out, plane, height, y.first, y.count, y.weights, down.taps)
  const pixels = new Uint8Array(3 * height * width)
  for (let c = 0; c < 3; c++) pixels.set(bytes.subarray(out + c * plane, out + c * plane + height * width), c * height * width)
  return view.replace(pixels, height, width)
}
