import { apply, type Tensor } from '../tensor/tensor.ts'

/** Options of `nonMaxSuppression`. */
export interface NonMaxSuppressionOptions {
  /** How many boxes are kept at most. */
  maxOutput: number
  /** A box is dropped if it overlaps with a better one by more than this share of their union, 0 … 1; default 0.5. */
  iouThreshold?: number
  /** Only boxes with a higher score are kept; default: all. */
  scoreThreshold?: number
  /** What each box shows, int32 [n]: boxes of different classes do not drop each other. */
  classes?: Tensor
}

/**
 * The best of many boxes that show the same things: the one with the highest score, then the next that overlaps with none of those kept.
 *
 * boxes: [n, 4] of x₁, y₁, x₂, y₂, scores: [n] → indices int32 [maxOutput], in the order of the scores, of which the first `count`, int32 [],
 * are boxes and the others 0.
 * @throws ShapeError if boxes and scores do not fit; RangeError if a limit is not in its range.
 * @example
 * const { indices, count } = nonMaxSuppression(boxes, scores, { maxOutput: 100, classes })
 * const kept = boxes.gather(indices)           // [100, 4]
 */
export function nonMaxSuppression(
  boxes: Tensor,
  scores: Tensor,
  { maxOutput, iouThreshold = 0.5, scoreThreshold = -Infinity, classes }: NonMaxSuppressionOptions,
): { indices: Tensor; count: Tensor } {
  const [indices, count] = apply('nonMaxSuppression', [classes ? separated(boxes, classes) : boxes, scores], {
    maxOutput,
    iouThreshold,
    scoreThreshold,
  }) as [Tensor, Tensor]
  return { indices, count }
}

/** The boxes of each class in a place of their own. */
function separated(boxes: Tensor, classes: Tensor): Tensor {
  if (!boxes.shape[0]) return boxes
  const span = boxes.max().sub(boxes.min()).add(1)
  return boxes.add(classes.cast('float32').mul(span).reshape([-1, 1]))
}
