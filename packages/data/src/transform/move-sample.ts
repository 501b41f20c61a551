import { ShapeError } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'
import { viewOf, type PixelView } from './pixel-view.ts'

/** Where everything in a picture goes. */
export interface Movement {
  /** Of what comes out. */
  readonly height: number
  readonly width: number
  readonly image: (view: PixelView) => PixelView
  readonly mask: (view: PixelView) => PixelView
  /** Where a point goes; the corner of the first pixel is (0, 0). */
  readonly point: (x: number, y: number) => readonly [x: number, y: number]
}

/** Fields with one row each box. */
export const boxFields = ['classes', 'difficult', 'crowd'] as const

/** Boxes less than so many pixels wide or high, or with less than this share of their area left, are gone. */
const MIN_SIDE = 1

/** The rows of a field at these places. */
export function pickRows({ data, shape }: Field, rows: readonly number[]): Field {
  const width = data.length / Math.max(1, shape[0]!)
  const out = data.slice(0, rows.length * width)
  rows.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width))
  return { data: out, shape: [rows.length, ...shape.slice(1)] }
}

/** Height and width of the sample's picture. @throws ShapeError when it has none. */
export function frameOf(sample: Fields, what: string): [height: number, width: number] {
  const { image } = sample
  if (!image || image.shape.length !== 3)
    throw new ShapeError(
      `${what}: the sample needs an image [c, h, w], got ${image ? `[${image.shape}]` : `only ${Object.keys(sample).join(', ') || 'nothing'}`}.`,
    )
  return [image.shape[1]!, image.shape[2]!]
}

/**
 * Moves picture, mask and boxes alike.
 *
 * A box becomes the smallest upright one around its four moved corners, cut off at the border of the picture. It is left out,
 * with its class, when that is less than a pixel wide or high, or less than the share `minVisible` of it.
 *
 * @throws ShapeError when the mask is not as large as the picture or the boxes are not `[k, 4]`.
 */
export function moveSample(sample: Fields, movement: Movement, minVisible = 0): Fields {
  const [height, width] = frameOf(sample, 'transform')
  const { image, mask, boxes } = sample
  const moved: Record<string, Field> = { ...sample, image: movement.image(viewOf(image!)) }
  if (mask) {
    if (mask.shape.length !== 2 || mask.shape[0] !== height || mask.shape[1] !== width)
      throw new ShapeError(`transform: the mask must be as large as the image, [${height},${width}], got [${mask.shape}].`)
    moved.mask = movement.mask(viewOf(mask))
  }
  if (!boxes) return moved
  if (boxes.shape.length !== 2 || boxes.shape[1] !== 4) throw new ShapeError(`transform: boxes must be [k, 4], got [${boxes.shape}].`)
  const all = Float32Array.from(boxes.data)
  const kept: number[] = []
  for (let i = 0; i < boxes.shape[0]!; i++) {
    if (sample.classes?.data[i] === -1) continue
    const [x1, y1, x2, y2] = boxes.data.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number]
    const corners = [movement.point(x1, y1), movement.point(x2, y1), movement.point(x1, y2), movement.point(x2, y2)]
    const [xs, ys] = [corners.map(c => c[0]), corners.map(c => c[1])]
    const around = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const
    const clamp = (v: number, high: number): number => Math.min(high, Math.max(0, v))
    const left = clamp(around[0], movement.width)
    const top = clamp(around[1], movement.height)
    const right = clamp(around[2], movement.width)
    const bottom = clamp(around[3], movement.height)
    const share = ((right - left) * (bottom - top)) / ((around[2] - around[0]) * (around[3] - around[1]))
    if (!(right - left >= MIN_SIDE && bottom - top >= MIN_SIDE && share >= minVisible)) continue
    all.set([left, top, right, bottom], 4 * i)
    kept.push(i)
  }
  moved.boxes = pickRows({ data: all, shape: boxes.shape }, kept)
  for (const name of boxFields) if (sample[name]) moved[name] = pickRows(sample[name], kept)
  return moved
}
