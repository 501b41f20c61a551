import { RangeError, ShapeError, type Tensor } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'

/**
 * Samples as pictures of bytes, for `imageGrid` and `gif` of @portolan/core/draw.
 *
 * x: float32 [n, c, h, w], c 1 or 3 → n pictures [c, h, w]. range: the numbers that are black and white, default 0 and 1; a tanh gives −1 and 1.
 * @throws ShapeError for another shape; RangeError for a range that is none.
 * @example
 * const svg = await imageGrid(await toPictures(generator.forward(z), { range: [-1, 1] }))
 */
export async function toPictures(
  x: Tensor,
  { range: [low, high] = [0, 1] }: { range?: readonly [low: number, high: number] } = {},
): Promise<Picture[]> {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || (c !== 1 && c !== 3)) throw new ShapeError(`toPictures: samples must be [n, 1 or 3, h, w], got [${x.shape}]`)
  if (!(low < high)) throw new RangeError(`toPictures: range must be from low to high, got [${low}, ${high}]`)
  const data = await x.data()
  const size = c * h * w
  const scale = 255 / (high - low)
  return Array.from({ length: n }, (_, i) => ({
    shape: [c, h, w],
    data: Uint8ClampedArray.from(data.subarray(i * size, (i + 1) * size), v => (v - low) * scale),
  }))
}
