import { RangeError, type HostRng } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'
import { checkVisible, type CropOptions } from './crop.ts'
import { valuesOf } from './fill.ts'
import { boxFields, frameOf, pickRows } from './move-sample.ts'
import { viewOf } from './pixel-view.ts'
import { sizeOf, withRecipe, type SampleTransform, type Size } from './sample-transform.ts'

/** `minVisible`: boxes with a smaller share of their pixels uncovered are left out; by default 0, which keeps all. */
export interface CutoutOptions extends CropOptions {
  /** How many windows, at least 1; by default 1. */
  readonly holes?: number
  /** What is put there, one number or one for each channel; by default 0. */
  readonly value?: number | readonly number[]
  /** The class that is put there in masks, such as the one that the loss ignores; by default masks stay. */
  readonly maskValue?: number
}

/** The share of a box's pixels, those whose middle is in it, that are not covered. */
function visible(box: ArrayLike<number>, covered: Uint8Array, height: number, width: number): number {
  const [left, top, right, bottom] = Array.from(box, v => Math.round(v)) as [number, number, number, number]
  let [all, seen] = [0, 0]
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
      all++
      if (!covered[y * width + x]) seen++
    }
  }
  return all ? seen / all : 1
}

/**
 * Covers windows of this size whose middles are anywhere in the picture; masks there take `maskValue`, and boxes that are covered too
 * much are left out (`minVisible`).
 *
 * T. DeVries, G. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", arXiv:1708.04552 (2017).
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * loader(train, { each: compose(horizontalFlip({ p: 0.5 }), cutout(16)) })
 */
export function cutout(size: Size, options: CutoutOptions = {}): SampleTransform {
  const { holes = 1, value = 0, maskValue, minVisible = 0 } = options
  const [height, width] = sizeOf('cutout', size)
  if (!Number.isInteger(holes) || holes < 1) throw new RangeError(`cutout: holes must be a whole number of at least 1, got ${holes}.`)
  if (maskValue !== undefined && !Number.isInteger(maskValue))
    throw new RangeError(`cutout: maskValue must be a class, a whole number, got ${maskValue}.`)
  checkVisible('cutout', minVisible)
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const [h, w] = frameOf(sample, 'cutout')
    const covered = new Uint8Array(h * w)
    for (let hole = 0; hole < holes; hole++) {
      const top = rng.integer(h) - (height >> 1)
      const left = rng.integer(w) - (width >> 1)
      for (let y = Math.max(0, top); y < Math.min(h, top + height); y++)
        covered.fill(1, y * w + Math.max(0, left), y * w + Math.min(w, left + width))
    }
    const filled = (field: Field, values: readonly number[]): Field => {
      const view = viewOf(field)
      const data = view.data.slice()
      values.forEach((v, c) => covered.forEach((hidden, i) => hidden && (data[c * h * w + i] = v)))
      return { data, shape: view.shape }
    }
    const { image, mask, boxes } = sample
    const out: Record<string, Field> = { ...sample, image: filled(image!, valuesOf(value, viewOf(image!).channels)) }
    if (mask && maskValue !== undefined) out.mask = filled(mask, [maskValue])
    if (boxes && minVisible > 0) {
      const rows = Array.from({ length: boxes.shape[0]! }, (_, i) => i)
      const kept = rows.filter(i => visible(boxes.data.subarray(4 * i, 4 * i + 4), covered, h, w) >= minVisible)
      for (const name of ['boxes', ...boxFields]) if (sample[name]) out[name] = pickRows(sample[name], kept)
    }
    return out
  }
  return withRecipe(apply, [['cutout', size, options]])
}
