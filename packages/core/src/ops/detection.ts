import { DTypeError, RangeError, ShapeError } from '../errors.ts'
import { sameShape, type Spec } from '../tensor/spec.ts'
import { iota, type Tensor } from '../tensor/tensor.ts'
import type { Family, Sig } from './op.ts'

/** Attributes of `roiAlign`. */
export interface RoiAlignAttrs {
  /** Height and width of each output. */
  size: number[]
  /** Pixels of x for each unit of the boxes. */
  scale: number
  /** How many samples are taken along each axis of a bin. */
  samples: number
  /** Whether centres of pixels are at halves. */
  aligned: boolean
}

/** Attributes of `nonMaxSuppression`. */
export interface SuppressionAttrs {
  maxOutput: number
  iouThreshold: number
  scoreThreshold: number
}

/** Signatures of the ops of detectors. */
export interface Detection {
  roiAlign: Sig<3, RoiAlignAttrs>
  nonMaxSuppression: Sig<2, SuppressionAttrs>
}

const floats = (...x: Spec[]): void => {
  for (const { dtype } of x) if (dtype !== 'float32') throw new DTypeError(`needs float32, got ${dtype}. Cast it: x.cast('float32')`)
}

/** Along one axis, for each box, bin and tap (two for each sample): where it looks, and with which weight. → two of [k, bins, taps] */
function taps(
  from: Tensor,
  to: Tensor,
  d: number,
  bins: number,
  { scale, samples, aligned }: RoiAlignAttrs,
): [place: Tensor, weight: Tensor] {
  const k = from.shape[0]!
  const column = (t: Tensor): Tensor =>
    t
      .mul(scale)
      .sub(aligned ? 0.5 : 0)
      .reshape([k, 1])
  const start = column(from)
  const length = column(to).sub(start)
  const step = (aligned ? length : length.maximum(1)).div(bins * samples)
  const at = iota(bins * samples, 'float32')
    .add(0.5)
    .mul(step)
    .add(start) // [k, bins·samples]
  const inside = at.greaterEqual(-1).and(at.lessEqual(d))
  const limited = inside.where(at, 0).clip(0, d - 1)
  const low = limited.floor()
  const t = limited.sub(low)
  const both = (a: Tensor, b: Tensor): Tensor =>
    a
      .expandDims(-1)
      .op('concat', [b.expandDims(-1)], { axis: 2 })
      .reshape([k, bins, 2 * samples])
  return [both(low, low.add(1).clip(0, d - 1)).cast('int32'), both(inside.where(t.neg().add(1), 0), inside.where(t, 0)).div(samples)]
}

export const detection: Family<Detection> = {
  // x [n, c, h, w], boxes [k, 4] of x₁, y₁, x₂, y₂, which image each is of int32 [k] → [k, c, ...size]: means of bilinear samples.
  // Only x gets a gradient: what was looked at, each with its weight, is added up where it was
  roiAlign: {
    infer: ([x, boxes, image], { size, samples }) => {
      floats(x, boxes)
      if (image.dtype !== 'int32') throw new DTypeError(`image numbers must be int32, got ${image.dtype}. Cast them: image.cast('int32')`)
      if (x.shape.length !== 4 || x.shape.includes(0, 1))
        throw new ShapeError(`the input must be [n, c, h, w] with pixels, got [${x.shape}]`)
      if (boxes.shape.length !== 2 || boxes.shape[1] !== 4 || !sameShape(image.shape, [boxes.shape[0]!]))
        throw new ShapeError(`boxes must be [k, 4] and their image numbers [k], got [${boxes.shape}] and [${image.shape}]`)
      if (![...size, samples].every(v => Number.isInteger(v) && v > 0) || size.length !== 2)
        throw new ShapeError(`size must be two integers ≥ 1 and samples one, got [${size}] and ${samples}`)
      return { shape: [boxes.shape[0]!, x.shape[1]!, ...size], dtype: x.dtype }
    },
    vjp: ({ g, x: [x, boxes, image], attrs }) => [
      () => {
        const [n, c, h, w] = x.shape as [number, number, number, number]
        const [k, , ph, pw] = g.shape as [number, number, number, number]
        const side = (i: number): Tensor => boxes.slice(1, i, i + 1)
        const [rows, rowWeight] = taps(side(1), side(3), h, ph, attrs)
        const [columns, columnWeight] = taps(side(0), side(2), w, pw, attrs)
        const t = 2 * attrs.samples
        const place = image
          .mul(h * w)
          .reshape([k, 1, 1, 1, 1])
          .add(rows.mul(w).reshape([k, ph, t, 1, 1]))
          .add(columns.reshape([k, 1, 1, pw, t]))
        const weight = rowWeight.reshape([k, ph, t, 1, 1, 1]).mul(columnWeight.reshape([k, 1, 1, pw, t, 1]))
        const shares = g.transpose([0, 2, 3, 1]).reshape([k, ph, 1, pw, 1, c]).mul(weight)
        return place
          .op('scatterAdd', [shares], { rows: n * h * w })
          .reshape([n, h, w, c])
          .transpose([0, 3, 1, 2])
      },
      null,
      null,
    ],
  },
  // boxes [n, 4] of two corners, scores [n] → int32 [maxOutput], the best boxes in the order of their scores, then zeros; and how many they are
  nonMaxSuppression: {
    infer: ([boxes, scores], { maxOutput, iouThreshold }) => {
      floats(boxes, scores)
      if (boxes.shape.length !== 2 || boxes.shape[1] !== 4 || !sameShape(scores.shape, [boxes.shape[0]!]))
        throw new ShapeError(`boxes must be [n, 4] and scores [n], got [${boxes.shape}] and [${scores.shape}]`)
      if (!Number.isInteger(maxOutput) || maxOutput < 1) throw new RangeError(`maxOutput must be an integer ≥ 1, got ${maxOutput}`)
      if (!(iouThreshold >= 0 && iouThreshold <= 1)) throw new RangeError(`iouThreshold must be a number from 0 to 1, got ${iouThreshold}`)
      return [
        { shape: [maxOutput], dtype: 'int32' },
        { shape: [], dtype: 'int32' },
      ]
    },
    vjp: null,
  },
}
