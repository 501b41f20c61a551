import { ShapeError, type Tensor } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'
import type { Preprocessing } from '../classify/preprocessing.ts'

/**
 * Pictures of what a model was given: normalization undone, 0 … 255.
 *
 * x: float32 [n, c, h, w] → n pictures of bytes [c, h, w]
 * @throws ShapeError unless there is one mean for each channel.
 * @example
 * const svg = await imageGrid(await picturesOf(image, model.preprocessing))
 */
export async function picturesOf(x: Tensor, { mean, std }: Pick<Preprocessing, 'mean' | 'std'>): Promise<Picture[]> {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || c !== mean.length) throw new ShapeError(`picturesOf: x must be [n, ${mean.length}, h, w], got [${x.shape}]`)
  const data = await x.data()
  const size = c * h * w
  return Array.from({ length: n }, (_, i) => ({
    shape: [c, h, w],
    data: Uint8ClampedArray.from({ length: size }, (_, k) => {
      const channel = Math.floor(k / (h * w))
      return 255 * (data[i * size + k]! * std[channel]! + mean[channel]!)
    }),
  }))
}

/** From cold to hot, evenly bright: nine places of matplotlib's inferno. */
const hot = ['000004', '1b0c41', '4a0c6b', '781c6d', 'a52c60', 'cf4446', 'ed6925', 'fb9b06', 'fcffa4'].map(hex =>
  [0, 2, 4].map(i => Number.parseInt(hex.slice(i, i + 2), 16)),
)
function heatColor(share: number): readonly number[] {
  const at = Math.min(1, Math.max(0, share)) * (hot.length - 1)
  const [low, high, part] = [hot[Math.floor(at)]!, hot[Math.ceil(at)]!, at % 1]
  return low.map((v, i) => v + part * (high[i]! - v))
}

/** Options of `heatPicture`. */
export interface HeatOptions {
  /** How much of the picture is left, 0 … 1; default 0.45. */
  picture?: number
}

/**
 * A map laid over a picture in colours from cold to hot.
 *
 * picture: [3, h, w] or [1, h, w], heat: h·w numbers in 0 … 1 → [3, h, w]
 * @throws ShapeError if the two do not fit.
 * @example
 * heatPicture(picture, await map.slice(0, 0, 1).data())
 */
export function heatPicture({ shape, data }: Picture, heat: ArrayLike<number>, { picture: left = 0.45 }: HeatOptions = {}): Picture {
  const [c, h, w] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number]
  if ((c !== 1 && c !== 3) || heat.length !== h * w)
    throw new ShapeError(
      `heatPicture: a picture [3, h, w] or [1, h, w] and a number for each pixel are needed, got [${shape}] and ${heat.length} numbers`,
    )
  const out = new Uint8ClampedArray(3 * h * w)
  for (let i = 0; i < h * w; i++) {
    const color = heatColor(heat[i]!)
    for (let k = 0; k < 3; k++) out[k * h * w + i] = left * data[(c === 1 ? 0 : k) * h * w + i]! + (1 - left) * color[k]!
  }
  return { shape: [3, h, w], data: out }
}
