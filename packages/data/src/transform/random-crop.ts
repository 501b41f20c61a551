import { RangeError, type HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { checkVisible, cropSample, pad, type CropOptions, type Window } from './crop.ts'
import { checkFill, type FillOptions } from './fill.ts'
import { frameOf } from './move-sample.ts'
import { checkInterpolation, resizeSample, type ResizeOptions } from './resize.ts'
import { between, sizeOf, withRecipe, type Range, type SampleTransform, type Size } from './sample-transform.ts'

/** Options of `randomCrop`. */
export interface RandomCropOptions extends CropOptions, FillOptions {
  /** Pixels added on each side first; by default 0. */
  readonly padding?: number
}

/**
 * Cuts out a window of this size anywhere.
 *
 * @throws RangeError when an option is out of its range or, for a sample, the padded picture is smaller than the window.
 *
 * @example
 * loader(train, { each: compose(randomCrop(32, { padding: 4 }), horizontalFlip({ p: 0.5 })) })
 */
export function randomCrop(size: Size, { padding = 0, minVisible = 0, ...fill }: RandomCropOptions = {}): SampleTransform {
  const [height, width] = sizeOf('randomCrop', size)
  checkVisible('randomCrop', minVisible)
  const widen = pad(padding, checkFill('randomCrop', fill))
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const padded = padding ? widen(sample, rng) : sample
    const [h, w] = frameOf(padded, 'randomCrop')
    if (h < height || w < width)
      throw new RangeError(
        `randomCrop: a window of ${height} × ${width} does not fit into ${h} × ${w} pixels. Resize first, or raise padding.`,
      )
    return cropSample(padded, { top: rng.integer(h - height + 1), left: rng.integer(w - width + 1), height, width }, minVisible)
  }
  return withRecipe(apply, [['randomCrop', size, { padding, minVisible, ...fill }]])
}

/** Options of `randomResizedCrop`. */
export interface RandomResizedCropOptions extends CropOptions, ResizeOptions {
  /** Shares of the picture's area, 0 … 1; by default 0.08 to 1. */
  readonly scale?: Range
  /** Widths divided by heights; by default 3/4 to 4/3. */
  readonly ratio?: Range
}

/** A window of some share of the area and some form; the middle, if ten tries don't fit. */
function anyWindow(h: number, w: number, scale: Range, ratio: Range, rng: HostRng): Window {
  for (let tries = 0; tries < 10; tries++) {
    const area = h * w * between(rng, scale)
    const form = Math.exp(between(rng, [Math.log(ratio[0]), Math.log(ratio[1])]))
    const [height, width] = [Math.round(Math.sqrt(area / form)), Math.round(Math.sqrt(area * form))]
    if (width > 0 && width <= w && height > 0 && height <= h)
      return { top: rng.integer(h - height + 1), left: rng.integer(w - width + 1), height, width }
  }
  const width = w / h > ratio[1] ? Math.min(w, Math.round(h * ratio[1])) : w
  const height = w / h < ratio[0] ? Math.min(h, Math.round(w / ratio[0])) : h
  return { top: (h - height) >> 1, left: (w - width) >> 1, height, width }
}

/**
 * Cuts out a window of random size and form and brings it to one size.
 *
 * C. Szegedy et al., "Going Deeper with Convolutions" (2015), section 6.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * loader(photos, { each: compose(randomResizedCrop(224), horizontalFlip({ p: 0.5 })) })
 */
export function randomResizedCrop(
  size: Size,
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], interpolation = 'bilinear', minVisible = 0 }: RandomResizedCropOptions = {},
): SampleTransform {
  const [height, width] = sizeOf('randomResizedCrop', size)
  checkVisible('randomResizedCrop', minVisible)
  checkInterpolation('randomResizedCrop', interpolation)
  for (const [name, [low, high]] of Object.entries({ scale, ratio })) {
    if (!(low > 0 && low <= high && Number.isFinite(high) && (name === 'ratio' || high <= 1)))
      throw new RangeError(
        `randomResizedCrop: ${name} must be an interval above 0${name === 'scale' ? ' up to 1' : ''}, got [${low}, ${high}].`,
      )
  }
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const [h, w] = frameOf(sample, 'randomResizedCrop')
    return resizeSample(cropSample(sample, anyWindow(h, w, scale, ratio, rng), minVisible), height, width, interpolation)
  }
  return withRecipe(apply, [['randomResizedCrop', size, { scale, ratio, interpolation, minVisible }]])
}
