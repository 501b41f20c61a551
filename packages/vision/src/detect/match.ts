import { RangeError, ShapeError, type HostTensor } from '@portolan/core'
import { areaOf, boxIou, type Box, type Truth } from './boxes.ts'

/** What offsets are divided by, so that they are about as large as scores: of the middle, and of the size. */
export const variances = [0.1, 0.2] as const

/** A box as a change of an anchor: middle by the anchor's size, size by its logarithm. */
function encode(box: Box, anchor: Box): readonly [number, number, number, number] {
  const [w, h] = [anchor[2] - anchor[0], anchor[3] - anchor[1]]
  return [
    (box[0] + box[2] - anchor[0] - anchor[2]) / (2 * w * variances[0]),
    (box[1] + box[3] - anchor[1] - anchor[3]) / (2 * h * variances[0]),
    Math.log((box[2] - box[0]) / w) / variances[1],
    Math.log((box[3] - box[1]) / h) / variances[1],
  ]
}

/** Options of `matchAnchors`. */
export interface MatchOptions {
  /** From which IoU on an anchor is one for a box; default 0.5. */
  threshold?: number
}

/** What a detector is to learn of some pictures. */
export interface DetectionTargets {
  /** 0 where there is nothing, else 1 + the class: int32 [n, anchors] */
  readonly label: HostTensor
  /** Of the box that an anchor is for; 0 where there is none: float32 [n, anchors, 4] */
  readonly offset: HostTensor
}

/**
 * What each anchor is to say of a picture: it is for the box that it overlaps most with, if by the threshold; besides, each box
 * has the anchor that fits it best. Boxes without an area and those around crowds are for nobody.
 *
 * anchors: a boxes; truths: of n pictures → label [n, a], offset [n, a, 4]
 * Liu et al., "SSD: Single Shot MultiBox Detector", 2015.
 * @throws ShapeError unless each box has its label; RangeError for a label that is no class, or a box that is no numbers.
 * @example
 * const { label, offset } = matchAnchors(model.anchors([256, 256]), [{ boxes: [[10, 10, 60, 80]], labels: [0] }])
 */
export function matchAnchors(anchors: readonly Box[], truths: readonly Truth[], { threshold = 0.5 }: MatchOptions = {}): DetectionTargets {
  const a = anchors.length
  const label = new Int32Array(truths.length * a)
  const offset = new Float32Array(truths.length * a * 4)
  for (const [n, { boxes, labels, crowd }] of truths.entries()) {
    if (boxes.length !== labels.length)
      throw new ShapeError(`matchAnchors: picture ${n} has ${boxes.length} boxes and ${labels.length} labels`)
    const of = new Int32Array(a).fill(-1)
    const best = new Float64Array(a)
    const own: [anchor: number, box: number][] = []
    for (const [k, box] of boxes.entries()) {
      if (!box.every(Number.isFinite) || !Number.isInteger(labels[k]) || labels[k]! < 0)
        throw new RangeError(
          `matchAnchors: box ${k} of picture ${n} must be four numbers and a class from 0, got [${box}] and ${labels[k]}`,
        )
      if (crowd?.[k] || areaOf(box) === 0) continue
      let [fittest, most] = [-1, -1]
      for (let i = 0; i < a; i++) {
        const iou = boxIou(box, anchors[i]!)
        if (iou > most) [fittest, most] = [i, iou]
        if (iou >= threshold && iou > best[i]!) [of[i], best[i]] = [k, iou]
      }
      if (fittest >= 0) own.push([fittest, k])
    }
    for (const [i, k] of own) of[i] = k
    for (let i = 0; i < a; i++) {
      if (of[i]! < 0) continue
      label[n * a + i] = labels[of[i]!]! + 1
      offset.set(encode(boxes[of[i]!]!, anchors[i]!), (n * a + i) * 4)
    }
  }
  return {
    label: { dtype: 'int32', shape: [truths.length, a], data: label },
    offset: { dtype: 'float32', shape: [truths.length, a, 4], data: offset },
  }
}
