import type { Fields } from '../source/array-dataset.ts'
import { frameOf } from './move-sample.ts'
import { withRecipe, type SampleTransform } from './sample-transform.ts'
import { toFloat, type ToFloatOptions } from './to-float.ts'

/**
 * Makes the picture of one sample float32 and standardizes it: y = (x · scale − mean) / std, as `toFloat` does for a batch.
 *
 * image: uint8 [c, h, w] → float32 [c, h, w]. Cheaper in a batch: leave it to the loader's `transform: toFloat({ mean, std })`.
 *
 * @throws RangeError when a standard deviation is 0; ShapeError, for a sample, when its image is no uint8 picture.
 *
 * @example
 * const transform = compose(resize(256), centerCrop(224), normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }))
 */
export function normalize(options: Omit<ToFloatOptions, 'fields'> = {}): SampleTransform {
  const convert = toFloat({ ...options, fields: ['image'] })
  const apply = (sample: Fields): Fields => {
    frameOf(sample, 'normalize')
    const { data, shape } = sample.image!
    const { image } = convert({ image: { data, shape: [1, ...shape] } })
    return { ...sample, image: { data: image.data, shape } }
  }
  return withRecipe(apply, [['normalize', options]])
}
