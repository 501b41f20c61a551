import { RangeError, type HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { valuesOf } from './fill.ts'
import { frameOf } from './move-sample.ts'
import { viewOf } from './pixel-view.ts'
import { sizeOf, withRecipe, type SampleTransform, type Size } from './sample-transform.ts'

export interface CutoutOptions {
  /** How many windows, at least 1; by default 1. */
  readonly holes?: number
  /** What is put there, one number or one for each channel; by default 0. */
  readonly value?: number | readonly number[]
}

/**
 * Covers windows of this size whose middles are anywhere in the picture; boxes and masks stay.
 *
 * T. DeVries, G. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", arXiv:1708.04552 (2017).
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * loader(train, { each: compose(horizontalFlip({ p: 0.5 }), cutout(16)) })
 */
export function cutout(size: Size, { holes = 1, value = 0 }: CutoutOptions = {}): SampleTransform {
  const [height, width] = sizeOf('cutout', size)
  if (!Number.isInteger(holes) || holes < 1) throw new RangeError(`cutout: holes must be a whole number of at least 1, got ${holes}.`)
  const apply = (sample: Fields, rng: HostRng): Fields => {
    const [h, w] = frameOf(sample, 'cutout')
    const view = viewOf(sample.image!)
    const data = view.data.slice()
    const values = valuesOf(value, view.channels)
    for (let hole = 0; hole < holes; hole++) {
      const top = rng.integer(h) - (height >> 1)
      const left = rng.integer(w) - (width >> 1)
      const [from, to] = [Math.max(0, left), Math.min(w, left + width)]
      for (let c = 0; c < view.channels; c++) {
        for (let y = Math.max(0, top); y < Math.min(h, top + height); y++)
          data.fill(values[c]!, (c * h + y) * w + from, (c * h + y) * w + to)
      }
    }
    return { ...sample, image: { data, shape: view.shape } }
  }
  return withRecipe(apply, [['cutout', size, { holes, value }]])
}
