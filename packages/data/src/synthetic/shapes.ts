import { HostRng, RangeError } from '@portolan/core'
import { ArrayDataset } from '../source/array-dataset.ts'

/** Options of `shapes`. */
export interface ShapesOptions {
  /** How many pictures to train on, at least 1; by default 1,000. */
  readonly train?: number
  /** How many pictures to test on, at least 1; by default 200. */
  readonly test?: number
  /** Height and width in pixels, 16 … 512; by default 64. */
  readonly size?: number
  /** The most shapes in a picture, 1 … 16; by default 3. With 1, `label` is its kind. */
  readonly objects?: number
  /** Which pictures; an integer, by default 0. */
  readonly seed?: number
}

/** What a sample of `shapes` has. */
export type ShapeField = 'image' | 'label' | 'boxes' | 'classes' | 'mask'

/** Pictures with shapes, to train and to test on. */
export interface Shapes {
  readonly train: ArrayDataset<ShapeField>
  readonly test: ArrayDataset<ShapeField>
  /** The kinds of shapes, by their numbers in `classes` and `label`. */
  readonly classes: readonly string[]
}

/** Whether a point is in a shape that fills the square from −1 to 1; turned by t = tan(θ/2). */
const kinds = {
  disc: (x: number, y: number) => x * x + y * y <= 1,
  square: (x: number, y: number) => Math.abs(x) <= 1 && Math.abs(y) <= 1,
  triangle: (x: number, y: number) => y <= 1 && 2 * Math.abs(x) <= y + 1,
  ring: (x: number, y: number) => x * x + y * y <= 1 && x * x + y * y >= 0.3,
  cross: (x: number, y: number) => (Math.abs(x) <= 0.33 && Math.abs(y) <= 1) || (Math.abs(y) <= 0.33 && Math.abs(x) <= 1),
} as const
const classes = Object.keys(kinds) as (keyof typeof kinds)[]

const TRAIN_STREAM = 0x73686100
const TEST_STREAM = 0x73686180
/** Random words set apart for each picture, more than one can use. */
const WORDS = 2 ** 24
const between = (rng: HostRng, low: number, high: number): number => low + (high - low) * rng.uniform()

interface Canvas {
  readonly size: number
  /** [3, size, size] */
  readonly pixels: Uint8Array
  /** Which shape each pixel is of, counted from 1. */
  readonly owner: Uint8Array
}

/** Draws a shape over what is there, its pixels by their middles. */
function draw({ size, pixels, owner }: Canvas, kind: keyof typeof kinds, number: number, rng: HostRng): void {
  const radius = size * between(rng, 0.1, 0.26)
  const [cx, cy] = [between(rng, radius, size - radius), between(rng, radius, size - radius)]
  const t = between(rng, -0.25, 0.25)
  const [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)]
  const colour = [0, 1, 2].map(() => rng.integer(256))
  colour[rng.integer(3)] = 255
  colour[rng.integer(3)] = 20
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [dx, dy] = [(x + 0.5 - cx) / radius, (y + 0.5 - cy) / radius]
      if (!kinds[kind](cos * dx + sin * dy, cos * dy - sin * dx)) continue
      owner[y * size + x] = number
      for (let c = 0; c < 3; c++) pixels[c * size * size + y * size + x] = colour[c]!
    }
  }
}

/** A dim background that runs from one colour to another, and noise over all. */
function background({ size, pixels }: Omit<Canvas, 'owner'>, rng: HostRng): void {
  for (let c = 0; c < 3; c++) {
    const [from, across, down] = [between(rng, 30, 110), between(rng, -40, 40), between(rng, -40, 40)]
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) pixels[(c * size + y) * size + x] = Math.max(0, from + (across * x) / size + (down * y) / size)
  }
}

function make(count: number, size: number, objects: number, seed: number, stream: number): ArrayDataset<ShapeField> {
  const plane = size * size
  const image = new Uint8Array(count * 3 * plane)
  const mask = new Int32Array(count * plane)
  const boxes = new Float32Array(count * objects * 4)
  const kind = new Int32Array(count * objects).fill(-1)
  const label = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const rng = new HostRng(seed, stream, i * WORDS)
    const pixels = image.subarray(3 * i * plane, 3 * (i + 1) * plane)
    const owner = new Uint8Array(plane)
    background({ size, pixels }, rng)
    const shapes = Array.from({ length: 1 + rng.integer(objects) }, () => rng.integer(classes.length))
    shapes.forEach((k, number) => draw({ size, pixels, owner }, classes[k]!, number + 1, rng))
    for (let p = 0; p < pixels.length; p++) pixels[p] = Math.min(255, Math.max(0, pixels[p]! + rng.integer(31) - 15))
    // What is seen of each shape says where its box is; one that is nearly covered has none.
    let row = i * objects
    shapes.forEach((k, number) => {
      let [x1, y1, x2, y2, seen] = [size, size, 0, 0, 0]
      for (let p = 0; p < plane; p++) {
        if (owner[p] !== number + 1) continue
        const [x, y] = [p % size, Math.floor(p / size)]
        x1 = Math.min(x1, x)
        y1 = Math.min(y1, y)
        x2 = Math.max(x2, x + 1)
        y2 = Math.max(y2, y + 1)
        seen++
        mask[i * plane + p] = k + 1
      }
      if (seen < 0.002 * plane) return
      boxes.set([x1, y1, x2, y2], 4 * row)
      kind[row++] = k
    })
    label[i] = shapes.at(-1)! // the last one drawn is whole
  }
  return new ArrayDataset({
    image: { data: image, shape: [count, 3, size, size] },
    label: { data: label, shape: [count] },
    boxes: { data: boxes, shape: [count, objects, 4] },
    classes: { data: kind, shape: [count, objects] },
    mask: { data: mask, shape: [count, size, size] },
  })
}

/**
 * Pictures of coloured shapes (disc, square, triangle, ring, cross), one over the other, made by rule: to try classification,
 * detection and segmentation without any download.
 *
 * `image` uint8 `[n, 3, size, size]`; `label` int32 `[n]`, the kind of the shape on top; `boxes` float32 `[n, objects, 4]` (left, top,
 * right, bottom of what is seen) with `classes` int32 `[n, objects]`, filled up by zeros and class −1; `mask` int32 `[n, size, size]`,
 * 0 for the background and kind + 1 where a shape is seen.
 *
 * One seed gives the same bytes everywhere; a picture does not depend on how many there are.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const { train, test, classes } = shapes({ size: 64, objects: 3, seed: 1 })
 */
export function shapes({ train = 1_000, test = 200, size = 64, objects = 3, seed = 0 }: ShapesOptions = {}): Shapes {
  for (const [name, value, low, high] of [
    ['train', train, 1, 2 ** 20],
    ['test', test, 1, 2 ** 20],
    ['size', size, 16, 512],
    ['objects', objects, 1, 16],
  ] as const) {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new RangeError(`shapes: ${name} must be an integer from ${low} to ${high}, got ${value}.`)
  }
  return { train: make(train, size, objects, seed, TRAIN_STREAM), test: make(test, size, objects, seed, TEST_STREAM), classes }
}
