import { HostRng, RangeError, ShapeError } from '@portolan/core'
import { imageGrid, type ImageGridOptions, type Picture } from '@portolan/core/draw'
import type { Field, Fields } from '../source/array-dataset.ts'
import { resample } from '../transform/resample.ts'
import { viewOf, type PixelView } from '../transform/pixel-view.ts'

/** Anything that hands out samples with an `image`. */
export interface SampleSource {
  readonly length: number
  /** The sample at an index, from 0. */
  at(index: number): Fields | Promise<Fields>
}

/** Options of `sampleGrid`. */
export interface SampleGridOptions extends Pick<ImageGridOptions, 'columns' | 'title'> {
  /** How many samples, at most as many as there are; by default 25. */
  readonly count?: number
  /** Names of the classes, for captions and beside boxes. */
  readonly classes?: readonly string[]
  /** Which samples, at random; by default the first ones. */
  readonly seed?: number
  /** The length of a picture's longer side in the drawing, in pixels; by default 160. */
  readonly side?: number
  /** How strongly masks are laid over pictures, 0 … 1; by default 0.5. */
  readonly opacity?: number
  /** The class in masks that is not drawn, such as the background; by default 0. */
  readonly background?: number
}

/** Okabe and Ito's colours, which the colour-blind tell apart too, and then darker ones for more classes. */
const palette = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
  [255, 255, 255],
  [128, 0, 0],
  [60, 60, 60],
  [102, 51, 153],
  [0, 80, 60],
  [160, 110, 70],
  [120, 255, 120],
  [255, 120, 120],
  [0, 0, 130],
] as const
const colourOf = (k: number): readonly [number, number, number] => palette[((k % palette.length) + palette.length) % palette.length]!

/** Bytes in three channels; numbers are spread from the least to the greatest. */
function toBytes({ data, shape }: Field): { data: Uint8Array; height: number; width: number } {
  const [channels, height, width] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number]
  if (shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3))
    throw new ShapeError(`sampleGrid: image must be [h, w] or [c, h, w] with 1 or 3 channels, got [${shape}].`)
  const plane = height * width
  let bytes: ArrayLike<number> = data
  if (!(data instanceof Uint8Array)) {
    let [low, high] = [Infinity, -Infinity]
    for (const v of data) [low, high] = [Math.min(low, v), Math.max(high, v)]
    bytes = Uint8Array.from(data, v => (255 * (v - low)) / (high - low || 1))
  }
  return { data: Uint8Array.from({ length: 3 * plane }, (_, i) => bytes[channels === 1 ? i % plane : i]!), height, width }
}

function paintMask(pixels: Uint8Array, mask: PixelView, opacity: number, background: number): void {
  const { data } = mask
  for (let i = 0; i < data.length; i++) {
    if (data[i] === background) continue
    const colour = colourOf(data[i]!)
    for (let c = 0; c < 3; c++) pixels[c * data.length + i] = pixels[c * data.length + i]! * (1 - opacity) + colour[c]! * opacity
  }
}

function paintBox(pixels: Uint8Array, height: number, width: number, [x1, y1, x2, y2]: readonly number[], k: number): void {
  const colour = colourOf(k)
  const clamp = (v: number, n: number): number => Math.min(n - 1, Math.max(0, Math.round(v)))
  const [left, top, right, bottom] = [clamp(x1!, width), clamp(y1!, height), clamp(x2! - 1, width), clamp(y2! - 1, height)]
  const dot = (x: number, y: number): void => {
    for (let c = 0; c < 3; c++) pixels[(c * height + y) * width + x] = colour[c]!
  }
  for (let thick = 0; thick < 2; thick++) {
    for (let x = left; x <= right; x++) [Math.min(top + thick, bottom), Math.max(bottom - thick, top)].forEach(y => dot(x, y))
    for (let y = top; y <= bottom; y++) [Math.min(left + thick, right), Math.max(right - thick, left)].forEach(x => dot(x, y))
  }
}

/** The picture with mask and boxes, as large as asked for. */
function paint(sample: Fields, { side = 160, opacity = 0.5, background = 0 }: SampleGridOptions): Picture {
  const { image, mask, boxes, classes } = sample
  if (!image) throw new ShapeError(`sampleGrid: the samples have no image, only ${Object.keys(sample).join(', ') || 'nothing'}.`)
  const { data, height, width } = toBytes(image)
  const scale = side / Math.max(height, width)
  const [h, w] = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))]
  const view = resample(viewOf({ data, shape: [3, height, width] }), h, w, scale > 1 ? 'nearest' : 'bilinear')
  const pixels = Uint8Array.from(view.data)
  if (mask) paintMask(pixels, resample(viewOf(mask), h, w, 'nearest'), opacity, background)
  for (let i = 0; i < (boxes?.shape[0] ?? 0); i++) {
    if (classes?.data[i] === -1) continue
    const box = [...boxes!.data.subarray(4 * i, 4 * i + 4)].map((v, k) => v * (k % 2 ? h / height : w / width))
    paintBox(pixels, h, w, box, classes?.data[i] ?? 0)
  }
  return { data: pixels, shape: [3, h, w] }
}

/** What stands under it: the class, or what is in the boxes. */
function captionOf({ label, classes: kinds }: Fields, names: readonly string[]): string {
  const name = (k: number): string => names[k] ?? String(k)
  if (label && label.data.length === 1) return name(label.data[0]!)
  const present = [...(kinds?.data ?? [])].filter(k => k >= 0)
  return [...new Set(present)].map(k => `${present.filter(p => p === k).length} ${name(k)}`).join(', ')
}

/**
 * A picture of a dataset: samples in rows, with their masks laid over and their boxes around, classes below; as SVG.
 *
 * @throws RangeError when an option is out of its range; ShapeError when the samples have no pictures.
 *
 * @example
 * const { train, classes } = shapes()
 * await savePicture('shapes.png', await sampleGrid(train, { count: 16, classes })) // savePicture is of @portolan/core/node
 */
export async function sampleGrid(dataset: SampleSource, options: SampleGridOptions = {}): Promise<string> {
  const { count = 25, classes = [], seed, side = 160, opacity = 0.5, columns, title } = options
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`sampleGrid: count must be a whole number of at least 1, got ${count}.`)
  if (!(side >= 8 && side <= 4096)) throw new RangeError(`sampleGrid: side must be from 8 to 4096 pixels, got ${side}.`)
  if (!(opacity >= 0 && opacity <= 1)) throw new RangeError(`sampleGrid: opacity must be between 0 and 1, got ${opacity}.`)
  if (!dataset.length) throw new RangeError('sampleGrid: the dataset is empty.')
  const n = Math.min(count, dataset.length)
  const chosen =
    seed === undefined ? Array.from({ length: n }, (_, i) => i) : [...new HostRng(seed).permutation(dataset.length).subarray(0, n)]
  const samples = await Promise.all(chosen.map(async i => dataset.at(i)))
  const captions = samples.map(sample => captionOf(sample, classes))
  return imageGrid(
    samples.map(sample => paint(sample, options)),
    { scale: 1, ...(columns && { columns }), ...(title !== undefined && { title }), ...(captions.some(Boolean) && { captions }) },
  )
}
