import { HostRng, RangeError } from '@portolan/core'
import { ArrayDataset } from '../source/array-dataset.ts'
import { writeDigit } from './handwriting.ts'

/** Options of `digits`. */
export interface DigitsOptions {
  /** How many images to train on, at least 1; by default 12,000. */
  readonly train?: number
  /** How many images to test on, at least 1; by default 2,000. */
  readonly test?: number
  /** Height and width in pixels, 12 … 512; by default 28. */
  readonly size?: number
  /** Which images; an integer, by default 0. */
  readonly seed?: number
}

/** Images with their labels, uint8 `[n, h, w]` and int32 `[n]`, to train and to test on. */
export interface LabelledImages {
  readonly train: ArrayDataset<'image' | 'label'>
  readonly test: ArrayDataset<'image' | 'label'>
}

/** Streams of their own; the labels' are the next ones. */
const TRAIN_STREAM = 0x64696700
const TEST_STREAM = 0x64696780
/** Random words set apart for each image, more than one can use. */
const WORDS = 2 ** 20

function write(count: number, size: number, seed: number, stream: number): ArrayDataset<'image' | 'label'> {
  const image = new Uint8Array(count * size * size)
  const label = new Int32Array(count)
  const labels = new HostRng(seed, stream + 1)
  for (let first = 0; first < count; first += 10) label.set(labels.permutation(10).subarray(0, count - first), first)
  for (let i = 0; i < count; i++)
    writeDigit(label[i]!, new HostRng(seed, stream, i * WORDS), size, image.subarray(i * size * size, (i + 1) * size * size))
  return new ArrayDataset({ image: { data: image, shape: [count, size, size] }, label: { data: label, shape: [count] } })
}

/**
 * Handwritten digits 0 … 9 made by rule, in the form of MNIST: `image` uint8 `[n, size, size]`, white on black, `label` int32 `[n]`.
 *
 * Each is a stroke skeleton, one of several ways to write its digit, shaken, slanted, scaled, turned, shifted, bent by a smooth
 * random field, drawn with a pen of varying width and pressure, blurred, and strewn with noise and now and then a stray mark.
 * A linear classifier gets about 90 % of the default test images right, a small convolutional network over 98 %.
 *
 * One seed gives the same bytes everywhere; an image does not depend on how many there are. Any ten in a row from a multiple of
 * ten hold each digit once.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const { train, test } = digits({ seed: 1 })
 */
export function digits({ train = 12_000, test = 2_000, size = 28, seed = 0 }: DigitsOptions = {}): LabelledImages {
  for (const [name, value, low, high] of [
    ['train', train, 1, 2 ** 24],
    ['test', test, 1, 2 ** 24],
    ['size', size, 12, 512],
  ] as const) {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new RangeError(`digits: ${name} must be an integer from ${low} to ${high}, got ${value}.`)
  }
  return { train: write(train, size, seed, TRAIN_STREAM), test: write(test, size, seed, TEST_STREAM) }
}
