import { RangeError, ShapeError, type HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { frameOf } from './move-sample.ts'
import { viewOf, type PixelView } from './pixel-view.ts'
import { between, checkProbability, rangeOf, withRecipe, type Range, type SampleTransform } from './sample-transform.ts'

// Bytes as Pillow's ImageEnhance and HSV conversion make them, so that a model trained elsewhere sees the same colours.

/** Brightness of each pixel by Rec. 601, in 16-bit fixed point: (19595 r + 38470 g + 7471 b + ½) / 65536. */
function greys(pixels: Uint8Array, plane: number): Uint8Array {
  const out = new Uint8Array(plane)
  for (let i = 0; i < plane; i++) out[i] = (19595 * pixels[i]! + 38470 * pixels[plane + i]! + 7471 * pixels[2 * plane + i]! + 32768) >> 16
  return out
}

/** other + factor · (x − other), cut to a byte; factor is a float32. */
function blend(x: number, other: number, factor: number): number {
  const mixed = Math.fround(other + Math.fround(factor * (x - other)))
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed)
}
/** All bytes blended with one: a table of what becomes of each of the 256 serves all of them. */
function blendAll(pixels: Uint8Array, other: number, factor: number): Uint8Array {
  const becomes = new Uint8Array(256)
  for (let x = 0; x < 256; x++) becomes[x] = blend(x, other, Math.fround(factor))
  const out = new Uint8Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) out[i] = becomes[pixels[i]!]!
  return out
}

/** What turns bytes [c, h, w] into others of the same shape. */
type Change = (pixels: Uint8Array, plane: number) => Uint8Array

const brightness =
  (factor: number): Change =>
  pixels =>
    blendAll(pixels, 0, factor)

const contrast =
  (factor: number): Change =>
  (pixels, plane) => {
    const grey = pixels.length === plane ? pixels : greys(pixels, plane)
    let sum = 0
    for (let i = 0; i < plane; i++) sum += grey[i]!
    return blendAll(pixels, Math.floor(sum / plane + 0.5), factor)
  }

const saturation =
  (factor: number): Change =>
  (pixels, plane) => {
    if (pixels.length === plane) return pixels
    const grey = greys(pixels, plane)
    const out = new Uint8Array(pixels.length)
    for (let c = 0, at = 0; c < 3; c++) for (let i = 0; i < plane; i++, at++) out[at] = blend(pixels[at]!, grey[i]!, Math.fround(factor))
    return out
  }

/** Through bytes of hue, saturation and value; the hue goes once round in 256 steps. */
const hue =
  (turn: number): Change =>
  (pixels, plane) => {
    if (pixels.length === plane) return pixels
    const steps = Math.trunc(turn * 255) & 255
    const out = new Uint8Array(pixels.length)
    for (let i = 0, j = plane, k = 2 * plane; i < plane; i++, j++, k++) {
      const r = pixels[i]!
      const g = pixels[j]!
      const b = pixels[k]!
      const value = Math.max(r, g, b)
      const spread = value - Math.min(r, g, b)
      out[i] = out[j] = out[k] = value
      if (!spread) continue
      const fromR = Math.fround((value - r) / spread)
      const fromG = Math.fround((value - g) / spread)
      const fromB = Math.fround((value - b) / spread)
      const sector = r === value ? fromB - fromG : g === value ? 2 + fromR - fromB : 4 + fromG - fromR
      const turned = (Math.trunc(Math.fround((Math.fround(sector) / 6 + 1) % 1) * 255) + steps) & 255
      const depth = Math.trunc(Math.fround(spread / value) * 255) / 255
      const at = Math.fround((turned * 6) / 255)
      const whole = Math.floor(at)
      const rest = Math.fround(at - whole)
      const low = Math.round(value * (1 - depth))
      const slope = Math.round(value * (1 - depth * (whole % 2 ? rest : 1 - rest))) // falls in odd sixths, rises in even ones
      // of each sixth of the circle: which colour is the value itself, which lies in between, which is low
      const sixth = whole % 6
      out[i] = sixth === 0 || sixth === 5 ? value : sixth === 1 || sixth === 4 ? slope : low
      out[j] = sixth === 1 || sixth === 2 ? value : sixth === 0 || sixth === 3 ? slope : low
      out[k] = sixth === 3 || sixth === 4 ? value : sixth === 2 || sixth === 5 ? slope : low
    }
    return out
  }

const changes = { brightness, contrast, saturation, hue }
type ChangeName = keyof typeof changes

function recolour(sample: Fields, change: Change): Fields {
  frameOf(sample, 'colour')
  const view: PixelView = viewOf(sample.image!)
  if (!(view.pixels instanceof Uint8Array) || (view.channels !== 1 && view.channels !== 3))
    throw new ShapeError(
      `colour: the image must be uint8 [1 or 3, h, w], got ${view.pixels.constructor.name} [${view.shape}]. Change colours before normalizing.`,
    )
  const image = view.replace(change(view.data as Uint8Array, view.height * view.width), view.height, view.width)
  return { ...sample, image }
}

/** One fixed change of colour. `brightness`, `contrast`, `saturation`: a factor ≥ 0, 1 changes nothing; `hue`: −½ … ½ of the circle. */
export interface AdjustColorOptions {
  readonly brightness?: number
  readonly contrast?: number
  readonly saturation?: number
  readonly hue?: number
}

/**
 * Changes brightness, contrast, saturation and hue by fixed amounts, in this order, as torchvision does on Pillow's pictures.
 *
 * image: uint8 [1 or 3, h, w] → uint8 of the same shape; grey pictures have no saturation and no hue.
 *
 * @throws RangeError when an amount is out of its range; ShapeError, for a sample, when its image is no such picture.
 *
 * @example
 * const brighter = adjustColor({ brightness: 1.3, hue: 0.02 })(sample, new HostRng(0))
 */
export function adjustColor(options: AdjustColorOptions): SampleTransform {
  const steps = (['brightness', 'contrast', 'saturation', 'hue'] as const).flatMap(name => {
    const amount = options[name]
    if (amount === undefined) return []
    if (!(name === 'hue' ? Math.abs(amount) <= 0.5 : amount >= 0 && Number.isFinite(amount)))
      throw new RangeError(`adjustColor: ${name} must be ${name === 'hue' ? 'between -0.5 and 0.5' : 'a factor ≥ 0'}, got ${amount}.`)
    return [changes[name](amount)]
  })
  return withRecipe(sample => steps.reduce(recolour, sample), [['adjustColor', options]])
}

/** The most by which each changes: b for factors 1 − b to 1 + b, or an interval of factors; for the hue −h to h, at most ½. By default 0. */
export interface ColorJitterOptions {
  readonly brightness?: number | Range
  readonly contrast?: number | Range
  readonly saturation?: number | Range
  readonly hue?: number | Range
}

/**
 * Changes brightness, contrast, saturation and hue by random amounts, in random order.
 *
 * @throws RangeError when an option is out of its range; ShapeError, for a sample, when its image is no uint8 picture.
 *
 * @example
 * loader(photos, { each: compose(randomResizedCrop(224), colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })) })
 */
export function colorJitter(options: ColorJitterOptions): SampleTransform {
  const ranges = (Object.keys(changes) as ChangeName[]).flatMap(name => {
    const option = options[name]
    if (!option) return []
    const center = name === 'hue' ? 0 : 1
    const [low, high] = rangeOf(`colorJitter: ${name}`, option, center)
    const [least, most] = name === 'hue' ? [-0.5, 0.5] : [0, Infinity]
    const range: Range = typeof option === 'number' ? [Math.max(least, low), high] : [low, high]
    if (range[0] < least || range[1] > most)
      throw new RangeError(`colorJitter: ${name} must stay within ${least} and ${most}, got ${JSON.stringify(option)}.`)
    return [{ name, range }]
  })
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const amounts = ranges.map(({ name, range }) => changes[name](between(rng, range)))
    return [...rng.permutation(amounts.length)].reduce((s, i) => recolour(s, amounts[i]!), sample)
  }
  return withRecipe(apply, [['colorJitter', options]])
}

/** Options of `randomGrayscale`. */
export interface RandomGrayscaleOptions {
  /** How likely it is, 0 … 1; by default 0.1. */
  readonly p?: number
}

/** All channels become the brightness. */
const grayscale: Change = (pixels, plane) => {
  if (pixels.length === plane) return pixels
  const grey = greys(pixels, plane)
  const out = new Uint8Array(pixels.length)
  for (let c = 0; c < 3; c++) out.set(grey, c * plane)
  return out
}

/**
 * Takes the colours away with the probability `p`: red, green and blue become 0.299 r + 0.587 g + 0.114 b, as Pillow rounds it.
 *
 * image: uint8 [1 or 3, h, w] → uint8 of the same shape.
 *
 * @throws RangeError when `p` is no probability; ShapeError, for a sample, when its image is no such picture.
 *
 * @example
 * loader(photos, { each: compose(randomResizedCrop(224), randomGrayscale({ p: 0.2 })) })
 */
export function randomGrayscale({ p = 0.1 }: RandomGrayscaleOptions = {}): SampleTransform {
  checkProbability('randomGrayscale', p)
  const apply = (sample: Fields, rng: HostRng): Fields => (rng.uniform() < p ? recolour(sample, grayscale) : sample)
  return withRecipe(apply, [['randomGrayscale', { p }]])
}
