import { RangeError } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { checkFill, placeOf, valuesOf, type FillOptions } from './fill.ts'
import { frameOf, moveSample } from './move-sample.ts'
import type { PixelView } from './pixel-view.ts'
import { sizeOf, withRecipe, type SampleTransform, type Size } from './sample-transform.ts'

/** A part of a picture, in pixels. */
export interface Window {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}
/** Options of crops. */
export interface CropOptions {
  /** Boxes of which less than this share is inside are left out, 0 … 1; by default 0, which leaves out those outside alone. */
  readonly minVisible?: number
}

/** @throws RangeError unless it is a share. */
export function checkVisible(what: string, minVisible: number): void {
  if (!(minVisible >= 0 && minVisible <= 1)) throw new RangeError(`${what}: minVisible must be between 0 and 1, got ${minVisible}.`)
}

/** The sample with what is in the window. @throws RangeError when the window is not inside the picture. */
export function cropSample(sample: Fields, { top, left, height, width }: Window, minVisible = 0): Fields {
  const [h, w] = frameOf(sample, 'crop')
  if (
    ![top, left, height, width].every(Number.isInteger) ||
    top < 0 ||
    left < 0 ||
    height < 1 ||
    width < 1 ||
    top + height > h ||
    left + width > w
  )
    throw new RangeError(
      `crop: the window [${height},${width}] at row ${top}, column ${left} is not inside the picture of ${h} × ${w} pixels. Resize or pad it first.`,
    )
  const cut = (view: PixelView): PixelView => view.crop(top, left, height, width)
  return moveSample(sample, { height, width, image: cut, mask: cut, point: (x, y) => [x - left, y - top] }, minVisible)
}

/**
 * Cuts out a window.
 *
 * @throws RangeError, for a sample, when the window is not inside the picture.
 *
 * @example
 * const face = crop({ top: 10, left: 20, height: 64, width: 64 })(sample, new HostRng(0))
 */
export function crop(window: Window, { minVisible = 0 }: CropOptions = {}): SampleTransform {
  checkVisible('crop', minVisible)
  return withRecipe(sample => cropSample(sample, window, minVisible), [['crop', window, { minVisible }]])
}

/**
 * Cuts out the middle; where the picture is smaller, zeros are added around it, as torchvision does.
 *
 * @throws RangeError when the size is not whole pixels.
 *
 * @example
 * const transform = compose(resize(256), centerCrop(224))
 */
export function centerCrop(size: Size, { minVisible = 0 }: CropOptions = {}): SampleTransform {
  const [height, width] = sizeOf('centerCrop', size)
  checkVisible('centerCrop', minVisible)
  const apply: SampleTransform = (sample, rng) => {
    const [h, w] = frameOf(sample, 'centerCrop')
    const [down, across] = [Math.max(0, height - h), Math.max(0, width - w)]
    const sides = { top: down >> 1, bottom: (down + 1) >> 1, left: across >> 1, right: (across + 1) >> 1 }
    const padded = down || across ? pad(sides)(sample, rng) : sample
    // Python rounds halves to even.
    const half = (n: number): number => (n % 4 === 3 ? (n + 1) / 2 : Math.floor(n / 2))
    const window = { top: half(Math.max(h, height) - height), left: half(Math.max(w, width) - width), height, width }
    return cropSample(padded, window, minVisible)
  }
  return withRecipe(apply, [['centerCrop', size, { minVisible }]])
}

/** How much on each side, in pixels. */
export interface Sides {
  readonly top?: number
  readonly left?: number
  readonly bottom?: number
  readonly right?: number
}

function padView(
  view: PixelView,
  [top, left]: readonly [number, number],
  height: number,
  width: number,
  fill: Required<FillOptions>,
  values: readonly number[],
): PixelView {
  const { pixels, channels, offset, strides } = view
  const out = view.allocate(channels * height * width)
  const rows = Int32Array.from({ length: height }, (_, y) => placeOf(fill.fill, y - top, view.height))
  const columns = Int32Array.from({ length: width }, (_, x) => placeOf(fill.fill, x - left, view.width))
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = offset + c * strides[0] + rows[y]! * strides[1]
      for (let x = 0; x < width; x++, at++) out[at] = rows[y]! < 0 || columns[x]! < 0 ? values[c]! : pixels[row + columns[x]! * strides[2]]!
    }
  }
  return view.replace(out, height, width)
}

/**
 * Adds pixels around pictures: as many on each side, or as many as each side says.
 *
 * @throws RangeError when a side is not a whole number ≥ 0.
 *
 * @example
 * const transform = compose(pad(4, { fill: 'reflect' }), randomCrop(32))
 */
export function pad(sides: number | Sides, options: FillOptions = {}): SampleTransform {
  const {
    top = 0,
    left = 0,
    bottom = 0,
    right = 0,
  } = typeof sides === 'number' ? { top: sides, left: sides, bottom: sides, right: sides } : sides
  if (![top, left, bottom, right].every(n => Number.isInteger(n) && n >= 0 && n <= 2 ** 15))
    throw new RangeError(`pad: sides must be whole numbers from 0 to 32768, got ${JSON.stringify(sides)}.`)
  const fill = checkFill('pad', options)
  const apply = (sample: Fields): Fields => {
    const [h, w] = frameOf(sample, 'pad')
    const [height, width] = [h + top + bottom, w + left + right]
    return moveSample(sample, {
      height,
      width,
      image: view => padView(view, [top, left], height, width, fill, valuesOf(fill.value, view.channels)),
      mask: view => padView(view, [top, left], height, width, fill, [fill.maskValue]),
      point: (x, y) => [x + left, y + top],
    })
  }
  return withRecipe(apply, [['pad', sides, options]])
}
