import type { PixelView } from './pixel-view.ts'
import { heighten, widen } from './resample-bytes.ts'
import { resampleSimd } from './resample-simd.ts'
import { tapsOf, type Kernel } from './taps.ts'

/** How pixels between pixels are found. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic'

/** Both passes for numbers that are no bytes. */
function resampleFloats(view: PixelView, height: number, width: number, kernel: Kernel): PixelView {
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
  const across = tapsOf(view.width, width, interpolation)
  const down = tapsOf(view.height, height, interpolation)
  const simd = resampleSimd(view, across, down, height, width)
  if (simd) return simd
  const rows = view.width === width ? (view.data as Uint8Array) : widen(view, across, width, interpolation)
  return view.replace(view.height === height ? rows : heighten(rows, view, down, height, width, interpolation), height, width)
}
