import { RangeError } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { pad } from './crop.ts'
import { frameOf, moveSample } from './move-sample.ts'
import { resample, type Interpolation } from './resample.ts'
import { sizeOf, withRecipe, type SampleTransform, type Size } from './sample-transform.ts'

/** Options of `resize`. */
export interface ResizeOptions {
  /** By default `bilinear`; shrinking is antialiased. Masks always take the nearest pixel. */
  readonly interpolation?: Interpolation
}

/** @throws RangeError when there is no such way to interpolate. */
export function checkInterpolation(what: string, interpolation: Interpolation): void {
  if (!['nearest', 'bilinear', 'bicubic'].includes(interpolation))
    throw new RangeError(`${what}: interpolation must be 'nearest', 'bilinear' or 'bicubic', got '${interpolation}'.`)
}

/** The sample with its picture stretched to this height and width. */
export function resizeSample(sample: Fields, height: number, width: number, interpolation: Interpolation): Fields {
  const [h, w] = frameOf(sample, 'resize')
  return moveSample(sample, {
    height,
    width,
    image: view => resample(view, height, width, interpolation),
    mask: view => resample(view, height, width, 'nearest'),
    point: (x, y) => [(x * width) / w, (y * height) / h],
  })
}

/**
 * Brings pictures to a size: a number is the length of the shorter side, `[height, width]` stretches. Bytes equal Pillow's.
 *
 * image: [c, h, w] → [c, height, width].
 *
 * @throws RangeError when the size is not whole pixels.
 *
 * @example
 * const transform = compose(resize(256), centerCrop(224))
 */
export function resize(size: Size, { interpolation = 'bilinear' }: ResizeOptions = {}): SampleTransform {
  const [height, width] = sizeOf('resize', size)
  checkInterpolation('resize', interpolation)
  const apply = (sample: Fields): Fields => {
    if (typeof size !== 'number') return resizeSample(sample, height, width, interpolation)
    const [h, w] = frameOf(sample, 'resize')
    const long = Math.max(1, Math.trunc((size * Math.max(h, w)) / Math.min(h, w)))
    return h <= w ? resizeSample(sample, size, long, interpolation) : resizeSample(sample, long, size, interpolation)
  }
  return withRecipe(apply, [['resize', size, { interpolation }]])
}

/**
 * Brings pictures to a size without distorting them: as large as fits, in the middle of `value`.
 *
 * @throws RangeError when the size is not whole pixels.
 *
 * @example
 * loader(bccd, { each: letterbox([416, 416], { value: 114 }) })
 */
export function letterbox(
  size: Size,
  { interpolation = 'bilinear', value = 0, maskValue = 0 }: ResizeOptions & { readonly value?: number; readonly maskValue?: number } = {},
): SampleTransform {
  const [height, width] = sizeOf('letterbox', size)
  checkInterpolation('letterbox', interpolation)
  const apply: SampleTransform = (sample, rng) => {
    const [h, w] = frameOf(sample, 'letterbox')
    const scale = Math.min(height / h, width / w)
    const [inner, across] = [Math.max(1, Math.round(h * scale)), Math.max(1, Math.round(w * scale))]
    const [top, left] = [Math.floor((height - inner) / 2), Math.floor((width - across) / 2)]
    const sides = { top, left, bottom: height - inner - top, right: width - across - left }
    return pad(sides, { value, maskValue })(resizeSample(sample, inner, across, interpolation), rng)
  }
  return withRecipe(apply, [['letterbox', size, { interpolation, value, maskValue }]])
}
