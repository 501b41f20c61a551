import { RangeError, type HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { checkVisible, type CropOptions } from './crop.ts'
import { checkFill, type FillOptions } from './fill.ts'
import { frameOf, moveSample } from './move-sample.ts'
import { between, rangeOf, withRecipe, type Range, type SampleTransform } from './sample-transform.ts'
import { invert, warp, type Matrix } from './warp.ts'

/** Options of moves. */
export interface WarpOptions extends FillOptions, CropOptions {
  /** By default `bilinear`. Masks always take the nearest pixel. */
  readonly interpolation?: 'nearest' | 'bilinear'
}

/** Options of `affine`. */
export interface AffineOptions extends WarpOptions {
  /** Degrees clockwise; by default 0. */
  readonly rotate?: number
  /** To the right and down, as shares of width and height; by default [0, 0]. */
  readonly shift?: readonly [x: number, y: number]
  /** Degrees along x and along y, as torchvision counts them; by default [0, 0]. */
  readonly shear?: readonly [x: number, y: number]
  /** What widths and heights are multiplied by; by default [1, 1]. */
  readonly zoom?: readonly [x: number, y: number]
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Shift · rotation · shear · zoom about the middle of the picture. */
function matrixOf({ rotate = 0, shift = [0, 0], shear = [0, 0], zoom = [1, 1] }: AffineOptions, height: number, width: number): Matrix {
  const [angle, sx, sy] = [radians(rotate), radians(shear[0]), radians(shear[1])]
  const a = (Math.cos(angle - sy) / Math.cos(sy)) * zoom[0]
  const b = ((-Math.cos(angle - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(angle)) * zoom[1]
  const d = (Math.sin(angle - sy) / Math.cos(sy)) * zoom[0]
  const e = ((-Math.sin(angle - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(angle)) * zoom[1]
  const [cx, cy] = [width / 2, height / 2]
  return [a, b, cx + shift[0] * width - a * cx - b * cy, d, e, cy + shift[1] * height - d * cx - e * cy]
}

function affineSample(sample: Fields, options: AffineOptions, fill: Required<FillOptions>): Fields {
  const [height, width] = frameOf(sample, 'affine')
  const matrix = matrixOf(options, height, width)
  const back = invert(matrix)
  return moveSample(
    sample,
    {
      height,
      width,
      image: view => warp(view, back, options.interpolation !== 'nearest', fill),
      mask: view => warp(view, back, false, { ...fill, value: fill.maskValue }),
      point: (x, y) => [matrix[0] * x + matrix[1] * y + matrix[2], matrix[3] * x + matrix[4] * y + matrix[5]],
    },
    options.minVisible,
  )
}

function checkWarp(what: string, { interpolation = 'bilinear', minVisible = 0, ...fill }: WarpOptions): Required<FillOptions> {
  checkVisible(what, minVisible)
  if (interpolation !== 'nearest' && interpolation !== 'bilinear')
    throw new RangeError(`${what}: interpolation must be 'nearest' or 'bilinear', got '${interpolation as string}'.`)
  return checkFill(what, fill)
}

function checkFlat(what: string, shear: readonly number[], zoom: readonly number[]): void {
  if (!shear.every(s => Math.abs(s) < 90)) throw new RangeError(`${what}: shear must be between -90 and 90 degrees, got [${shear}].`)
  if (!zoom.every(z => z > 0 && Number.isFinite(z))) throw new RangeError(`${what}: zoom must be above 0, got [${zoom}].`)
}

/**
 * Rotates, shears, zooms and shifts, about the middle: p′ = shift + middle + R(rotate) · S(shear) · diag(zoom) · (p − middle).
 *
 * Boxes become upright boxes around their moved corners; what `nearest` and `reflect` add outside has none.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const tilted = affine({ rotate: 10, zoom: [1.1, 1.1], fill: 'reflect' })(sample, new HostRng(0))
 */
export function affine(options: AffineOptions): SampleTransform {
  const fill = checkWarp('affine', options)
  const { rotate = 0, shift = [0, 0], shear = [0, 0], zoom = [1, 1] } = options
  checkFlat('affine', shear, zoom)
  if (![rotate, ...shift].every(Number.isFinite))
    throw new RangeError(`affine: rotate and shift must be finite, got ${rotate} and [${shift}].`)
  return withRecipe(sample => affineSample(sample, options, fill), [['affine', options]])
}

/** Options of `randomAffine`. */
export interface RandomAffineOptions extends WarpOptions {
  /** Degrees clockwise: an interval, or the most to either side; by default 0. */
  readonly rotate?: number | Range
  /** Share of the width by which it moves sideways, and of the height up or down, at most: one number, or [x, y]; by default 0. */
  readonly shift?: number | readonly [x: number, y: number]
  /** Degrees along x, and along y, at most: one number for x alone, or [x, y]; by default 0. */
  readonly shear?: number | readonly [x: number, y: number]
  /** What sizes are multiplied by: an interval, or z for 1 − z to 1 + z; by default 0. */
  readonly zoom?: number | Range
}

/**
 * Rotates, shifts, shears and zooms by random amounts, in one go.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * loader(train, { each: randomAffine({ rotate: 15, shift: 0.1, zoom: 0.2, fill: 'nearest' }) })
 */
export function randomAffine(options: RandomAffineOptions): SampleTransform {
  const { rotate = 0, shift = 0, shear = 0, zoom = 0, ...rest } = options
  const fill = checkWarp('randomAffine', rest)
  const turn = rangeOf('randomAffine: rotate', rotate)
  const size = rangeOf('randomAffine: zoom', zoom, 1)
  const [right, down] = typeof shift === 'number' ? [shift, shift] : shift
  const [along, up] = typeof shear === 'number' ? [shear, 0] : shear
  checkFlat('randomAffine', [along, up], size)
  for (const n of [right, down, along, up]) rangeOf('randomAffine: shift and shear', n)
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const angle = between(rng, turn)
    const offset = [between(rng, [-right, right]), between(rng, [-down, down])] as const
    const slant = [between(rng, [-along, along]), between(rng, [-up, up])] as const
    const z = between(rng, size)
    return affineSample(sample, { ...rest, rotate: angle, shift: offset, shear: slant, zoom: [z, z] }, fill)
  }
  return withRecipe(apply, [['randomAffine', options]])
}

/** Rotates by a random angle in degrees: an interval, or the most to either side. @example loader(train, { each: randomRotation(15) }) */
export const randomRotation = (degrees: number | Range, options: WarpOptions = {}): SampleTransform =>
  randomAffine({ ...options, rotate: degrees })
/** Shifts by random shares of width and height, at most this. @example loader(train, { each: randomShift(0.1, { fill: 'nearest' }) }) */
export const randomShift = (share: number | readonly [x: number, y: number], options: WarpOptions = {}): SampleTransform =>
  randomAffine({ ...options, shift: share })
/** Shears by random angles in degrees, at most this, along x or along both. @example loader(train, { each: randomShear(10) }) */
export const randomShear = (degrees: number | readonly [x: number, y: number], options: WarpOptions = {}): SampleTransform =>
  randomAffine({ ...options, shear: degrees })
/** Zooms by a random factor: an interval, or z for 1 − z to 1 + z. @example loader(train, { each: randomZoom([0.8, 1.25]) }) */
export const randomZoom = (factor: number | Range, options: WarpOptions = {}): SampleTransform => randomAffine({ ...options, zoom: factor })
