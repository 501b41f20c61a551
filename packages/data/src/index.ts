export { parseIdx, encodeIdx, type IdxArray, type ParseIdxOptions } from './source/idx.ts'
export { parseCifar, type ParseCifarOptions } from './source/parse-cifar.ts'
export { parseCsv, type ParseCsvOptions, type Table } from './source/parse-csv.ts'
export { ArrayDataset, type BatchSource, type Field, type Fields } from './source/array-dataset.ts'
export { concat } from './source/concat.ts'
export { decodeText, type DecodeTextOptions } from './text/decode-text.ts'
export { parseLines } from './text/parse-lines.ts'
export { parseLabelled, takeTexts, type LabelledTexts, type ParseLabelledOptions } from './text/labelled-texts.ts'
export { parseParallel, type ParallelTexts } from './text/parse-parallel.ts'
export { parseConll, type ParseConllOptions, type TaggedSentence } from './text/parse-conll.ts'
export { parseJsonLines, type ParseJsonLinesOptions } from './text/parse-json-lines.ts'
export { vocabulary, vocabularyOf, type Vocabulary, type VocabularyOptions } from './text/vocabulary.ts'
export { parseWav, type ParseWavOptions, type Sound } from './audio/parse-wav.ts'
export { encodeWav, type EncodeWavOptions } from './audio/encode-wav.ts'
export { resampleSound } from './audio/resample-sound.ts'
export { spectrogram, type SpectrogramOptions } from './audio/spectrogram.ts'
export {
  decibels,
  framesFirst,
  logMel,
  melFilters,
  melSpectrogram,
  type MelOptions,
  type MelScale,
  type MelSpectrogramOptions,
} from './audio/mel.ts'
export { mfcc, type MfccOptions } from './audio/mfcc.ts'
export { kMeans, type Groups, type KMeansOptions } from './table/k-means.ts'
export { minMaxScaler, scalerOf, standardScaler, type Scaler, type ScalerState } from './table/scaler.ts'
export { imputer, imputerOf, type Imputer, type ImputerState } from './table/imputer.ts'
export { oneHotEncoder, oneHotEncoderOf, type OneHotEncoder, type OneHotState } from './table/one-hot-encoder.ts'
export {
  forecastWindows,
  nextTokenWindows,
  WindowDataset,
  type WindowPart,
  type ForecastOptions,
  type NextTokenOptions,
  type WindowOptions,
} from './series/window-dataset.ts'
export { SequenceDataset, type Sequence, type SequenceOptions } from './loader/sequence-dataset.ts'
export { byLength, type ByLengthOptions } from './loader/by-length.ts'
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
export {
  adjustColor,
  colorJitter,
  randomGrayscale,
  type AdjustColorOptions,
  type ColorJitterOptions,
  type RandomGrayscaleOptions,
} from './transform/color.ts'
export { normalize } from './transform/normalize.ts'
export { cutout, type CutoutOptions } from './transform/cutout.ts'
export { mixup, type MixupOptions } from './transform/mixup.ts'
export { loader, type Batch, type Loader, type LoaderOptions, type LoaderState } from './loader/loader.ts'
export { balanced, type BalancedOptions, type Sampler } from './loader/sampler.ts'
export { kFold, stratifiedSplit, type Fold, type KFoldOptions, type StratifiedSplitOptions } from './loader/split.ts'
export { waitMeter, type Waiting, type WaitMeterOptions } from './loader/wait-meter.ts'
export { digits, type DigitsOptions, type LabelledImages } from './synthetic/digits.ts'
export { shapes, type ShapeField, type Shapes, type ShapesOptions } from './synthetic/shapes.ts'
export { sequenceCopies, type SequenceCopies, type SequenceCopiesOptions } from './synthetic/sequence-copies.ts'
export { sentiments, type SentimentsOptions } from './synthetic/sentiments.ts'
export { seasonalSeries, type SeasonalSeriesOptions } from './synthetic/seasonal-series.ts'
export { toneDigits, type ToneDigit, type ToneDigitsOptions } from './synthetic/tone-digits.ts'
export { latentRatings, type LatentRatingsOptions } from './synthetic/latent-ratings.ts'
export { sampleGrid, type SampleGridOptions, type SampleSource } from './draw/sample-grid.ts'
