import { affine, randomAffine } from './affine.ts'
import { adjustColor, colorJitter, randomGrayscale } from './color.ts'
import { compose } from './compose.ts'
import { centerCrop, crop, pad } from './crop.ts'
import { cutout } from './cutout.ts'
import { horizontalFlip, verticalFlip } from './flip.ts'
import { normalize } from './normalize.ts'
import { randomCrop, randomResizedCrop } from './random-crop.ts'
import { letterbox, resize } from './resize.ts'
import type { Recipe, SampleTransform } from './sample-transform.ts'

type Maker = (...args: never[]) => SampleTransform
const makers = {
  adjustColor,
  affine,
  centerCrop,
  colorJitter,
  crop,
  cutout,
  horizontalFlip,
  letterbox,
  normalize,
  pad,
  randomAffine,
  randomCrop,
  randomGrayscale,
  randomResizedCrop,
  resize,
  verticalFlip,
} as const satisfies Record<string, Maker>

/** The transform that a recipe was written of. */
export const fromRecipe = (recipe: Recipe): SampleTransform =>
  compose(...recipe.map(([name, ...args]) => (makers[name as keyof typeof makers] as (...args: unknown[]) => SampleTransform)(...args)))
