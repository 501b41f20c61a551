import { ShapeError } from '@portolan/core'
import { imageGrid, type ImageGridOptions, type Picture } from '@portolan/core/draw'

/** Options of `predictionGrid`. */
export interface PredictionGridOptions extends Omit<ImageGridOptions, 'captions'> {
  /** The class that each picture is said to show. */
  readonly predicted: ArrayLike<number>
  /** The class that it does show; wrong ones are red then, with the right one behind. */
  readonly expected?: ArrayLike<number>
  /** Names of the classes. */
  readonly labels: readonly string[]
}

/**
 * Pictures with what a model says of them under each, mistakes in red: "cat" or "dog (cat)".
 * @throws ShapeError if there is not one prediction for each picture.
 * @example
 * await savePicture('predictions.png', await predictionGrid(pictures, { predicted, expected, labels, columns: 5 }))
 */
export function predictionGrid(
  pictures: readonly Picture[],
  { predicted, expected, labels, ...options }: PredictionGridOptions,
): Promise<string> {
  if (predicted.length !== pictures.length || (expected && expected.length !== pictures.length))
    throw new ShapeError(
      `predictionGrid: ${pictures.length} pictures need as many predictions, got ${predicted.length}${expected ? ` and ${expected.length} expected classes` : ''}`,
    )
  const name = (label: number): string => labels[label] ?? String(label)
  const captions = pictures.map((_, i) => {
    const wrong = expected !== undefined && predicted[i] !== expected[i]
    return { text: wrong ? `${name(predicted[i]!)} (${name(expected[i]!)})` : name(predicted[i]!), wrong }
  })
  return imageGrid(pictures, { ...options, captions })
}
