export { parseIdx, encodeIdx, type IdxArray, type ParseIdxOptions } from './source/idx.ts'
export { parseCifar, type ParseCifarOptions } from './source/parse-cifar.ts'
export { parseCsv, type ParseCsvOptions, type Table } from './source/parse-csv.ts'
export { ArrayDataset, type BatchSource, type Field, type Fields } from './source/array-dataset.ts'
export { concat } from './source/concat.ts'
export { toFloat, type ToFloatOptions } from './transform/to-float.ts'
export type { Transform } from './transform/transform.ts'
export type { Range, Recipe, SampleTransform, Size } from './transform/sample-transform.ts'
export { compose, type Composed } from './transform/compose.ts'
export { resize, letterbox, type ResizeOptions } from './transform/resize.ts'
export type { Interpolation } from './transform/resample.ts'
export type { FillMode, FillOptions } from './transform/fill.ts'
export { centerCrop, crop, pad, type CropOptions, type Sides, type Window } from './transform/crop.ts'
export { randomCrop, randomResizedCrop, type RandomCropOptions, type RandomResizedCropOptions } from './transform/random-crop.ts'
export { horizontalFlip, verticalFlip, type FlipOptions } from './transform/flip.ts'
export {
  affine,
  randomAffine,
  randomRotation,
  randomShear,
  randomShift,
  randomZoom,
  type AffineOptions,
  type RandomAffineOptions,
  type WarpOptions,
} from './transform/affine.ts'
export { adjustColor, colorJitter, type AdjustColorOptions, type ColorJitterOptions } from './transform/color.ts'
export { normalize } from './transform/normalize.ts'
export { cutout, type CutoutOptions } from './transform/cutout.ts'
export { mixup, type MixupOptions } from './transform/mixup.ts'
export { loader, type Batch, type Loader, type LoaderOptions, type LoaderState } from './loader/loader.ts'
export { balanced, type BalancedOptions, type Sampler } from './loader/sampler.ts'
export { kFold, stratifiedSplit, type Fold, type KFoldOptions, type StratifiedSplitOptions } from './loader/split.ts'
export { waitMeter, type Waiting, type WaitMeterOptions } from './loader/wait-meter.ts'
export { digits, type DigitsOptions, type LabelledImages } from './synthetic/digits.ts'
export { shapes, type Shapes, type ShapesOptions } from './synthetic/shapes.ts'
export { sampleGrid, type SampleGridOptions, type SampleSource } from './draw/sample-grid.ts'
