import { placeOf, valuesOf, type FillOptions } from './fill.ts'
import type { PixelView } from './pixel-view.ts'

/** x′ = a·x + b·y + c, y′ = d·x + e·y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const invert = ([a, b, c, d, e, f]: Matrix): Matrix => {
  const det = a * e - b * d
  return [e / det, -b / det, (b * f - e * c) / det, -d / det, a / det, (d * c - a * f) / det]
}

/**
 * Each pixel of what comes out is taken from where `back` says: the center of pixel (x, y) is at (x + ½, y + ½).
 *
 * `bilinear` weighs the four pixels around; where some lie outside, the fill stands for them. [c, h, w] → [c, h, w].
 */
export function warp(view: PixelView, back: Matrix, bilinear: boolean, { fill, value }: Required<FillOptions>): PixelView {
  const { pixels, channels, height, width, offset, strides } = view
  const values = valuesOf(value, channels)
  const plane = height * width
  const out = view.allocate(channels * plane)
  const rounding = pixels instanceof Float32Array ? 0 : 0.5
  const store = (at: number, v: number): void => void (out[at] = rounding ? Math.floor(v + rounding) : v)
  const address = (x: number, y: number): number => {
    const column = placeOf(fill, x, width)
    const row = placeOf(fill, y, height)
    return column < 0 || row < 0 ? -1 : offset + row * strides[1] + column * strides[2]
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const u = back[0] * (x + 0.5) + back[1] * (y + 0.5) + back[2]
      const v = back[3] * (x + 0.5) + back[4] * (y + 0.5) + back[5]
      if (!bilinear) {
        const from = address(Math.floor(u), Math.floor(v))
        for (let c = 0; c < channels; c++) out[c * plane + at] = from < 0 ? values[c]! : pixels[from + c * strides[0]]!
        continue
      }
      const left = Math.floor(u - 0.5)
      const top = Math.floor(v - 0.5)
      const s = u - 0.5 - left
      const t = v - 0.5 - top
      const a00 = address(left, top)
      const a01 = address(left + 1, top)
      const a10 = address(left, top + 1)
      const a11 = address(left + 1, top + 1)
      for (let c = 0; c < channels; c++) {
        const shift = c * strides[0]
        const p00 = a00 < 0 ? values[c]! : pixels[a00 + shift]!
        const p01 = a01 < 0 ? values[c]! : pixels[a01 + shift]!
        const p10 = a10 < 0 ? values[c]! : pixels[a10 + shift]!
        const p11 = a11 < 0 ? values[c]! : pixels[a11 + shift]!
        store(c * plane + at, (p00 * (1 - s) + p01 * s) * (1 - t) + (p10 * (1 - s) + p11 * s) * t)
      }
    }
  }
  return view.replace(out, height, width)
}
