import { ShapeError } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'

/** Options of `classMapPicture`. */
export interface ClassMapOptions {
  /** Of each class, as red, green, blue; the others are black. Default CamVid's twelve. */
  readonly colors?: readonly (readonly [number, number, number])[]
  /** A picture that shines through. */
  readonly over?: Picture
  /** How much of that picture is left, 0 … 1; default 0.45. */
  readonly picture?: number
}

const camVid = [
  [128, 128, 128],
  [128, 0, 0],
  [192, 192, 128],
  [128, 64, 128],
  [60, 40, 222],
  [128, 128, 0],
  [192, 128, 128],
  [64, 64, 128],
  [64, 0, 128],
  [64, 64, 0],
  [0, 128, 192],
  [0, 0, 0],
] as const

/**
 * Classes of pixels as a picture, in a colour for each.
 *
 * labels: h·w class numbers; size: [h, w] → [3, h, w]
 * @throws ShapeError if labels do not fill the size, or the picture under them has another.
 * @example
 * classMapPicture(await classes.data(), [180, 240], { over: picture })
 */
export function classMapPicture(
  labels: ArrayLike<number>,
  [h, w]: readonly [number, number],
  { colors = camVid, over, picture = 0.45 }: ClassMapOptions = {},
): Picture {
  if (labels.length !== h * w || (over && String(over.shape) !== String([3, h, w])))
    throw new ShapeError(
      `classMapPicture: [${h}, ${w}] needs ${h * w} labels${over ? ` and a picture [3, ${h}, ${w}]` : ''}, got ${labels.length}${over ? ` and [${over.shape}]` : ''}`,
    )
  const left = over ? picture : 0
  return {
    shape: [3, h, w],
    data: Uint8ClampedArray.from(
      { length: 3 * h * w },
      (_, i) => (1 - left) * (colors[labels[i % (h * w)]!]?.[Math.floor(i / (h * w))] ?? 0) + left * (over?.data[i] ?? 0),
    ),
  }
}
