import { RangeError, ShapeError } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'

/** Options of `tile`. */
export interface TileOptions {
  /** Pictures in a row; about as many as there are rows unless given. */
  columns?: number
  /** Pixels for one of a picture; default 1. */
  scale?: number
  /** Pixels between pictures and around them, before they are enlarged; default 1. */
  gap?: number
}

/**
 * Pictures side by side as one picture, white between them: a frame of a film. For captions, or SVG, there is `imageGrid` of @portolan/core/draw.
 *
 * pictures: n of one shape [c, h, w] → [c, rows·(h + gap) + gap, columns·(w + gap) + gap], times scale.
 * @throws ShapeError if they differ in shape; RangeError for none, or for numbers that are none.
 * @example
 * await saveGif('training.gif', epochs.map(pictures => tile(pictures, { columns: 8, scale: 2 })))
 */
export function tile(pictures: readonly Picture[], options: TileOptions = {}): Picture {
  const [first] = pictures
  const { columns = Math.ceil(Math.sqrt(pictures.length)), scale = 1, gap = 1 } = options
  if (!first) throw new RangeError('tile: there must be at least one picture, got none')
  if (![columns, scale].every(v => Number.isInteger(v) && v > 0) || !(Number.isInteger(gap) && gap >= 0))
    throw new RangeError(`tile: columns and scale must be whole numbers from 1, gap from 0, got ${columns}, ${scale} and ${gap}`)
  const [c, h, w] = (first.shape.length === 2 ? [1, ...first.shape] : first.shape) as [number, number, number]
  const other = pictures.find(p => String(p.shape) !== String(first.shape))
  if (other) throw new ShapeError(`tile: all pictures must have one shape, got [${first.shape}] and [${other.shape}]`)
  const rows = Math.ceil(pictures.length / columns)
  const [height, width] = [scale * (rows * (h + gap) + gap), scale * (columns * (w + gap) + gap)]
  const data = new Uint8ClampedArray(c * height * width).fill(255)
  for (const [i, picture] of pictures.entries()) {
    const [top, left] = [gap + Math.floor(i / columns) * (h + gap), gap + (i % columns) * (w + gap)]
    for (let channel = 0; channel < c; channel++)
      for (let y = 0; y < h * scale; y++)
        for (let x = 0; x < w * scale; x++)
          data[(channel * height + top * scale + y) * width + left * scale + x] =
            picture.data[(channel * h + Math.floor(y / scale)) * w + Math.floor(x / scale)]!
  }
  return { shape: [c, height, width], data }
}
