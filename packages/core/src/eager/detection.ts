import * as tf from '@tensorflow/tfjs-core'
import { RangeError } from '../errors.ts'
import type { RoiAlignAttrs, SuppressionAttrs } from '../ops/detection.ts'
import { size } from '../tensor/spec.ts'

/** Along one axis of one box: for each bin its taps, two for each sample. */
function taps(
  from: number,
  to: number,
  d: number,
  bins: number,
  { scale, samples, aligned }: RoiAlignAttrs,
): [place: number, weight: number][][] {
  const start = from * scale - (aligned ? 0.5 : 0)
  const length = (to - from) * scale
  const step = (aligned ? length : Math.max(length, 1)) / (bins * samples)
  return Array.from({ length: bins }, (_, bin) =>
    Array.from({ length: samples }, (_, s): [number, number][] => {
      const at = start + (bin * samples + s + 0.5) * step
      if (!(at >= -1 && at <= d)) return []
      const limited = Math.min(Math.max(at, 0), d - 1)
      const low = Math.floor(limited)
      return [
        [low, (low + 1 - limited) / samples],
        [Math.min(low + 1, d - 1), (limited - low) / samples],
      ]
    }).flat(),
  )
}

export function roiAlign(x: tf.Tensor, boxes: tf.Tensor, image: tf.Tensor, attrs: RoiAlignAttrs, shape: readonly number[]): tf.Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const [ph, pw] = attrs.size as [number, number]
  const [pixels, corners, images] = [x.dataSync(), boxes.dataSync(), image.dataSync()]
  const y = new Float32Array(size(shape))
  let at = 0
  images.forEach((b, k) => {
    if (b < 0 || b >= n) throw new RangeError(`image ${b} is outside 0 … ${n - 1}`)
    const [x1, y1, x2, y2] = corners.subarray(4 * k) as unknown as [number, number, number, number]
    const rows = taps(y1, y2, h, ph, attrs)
    const columns = taps(x1, x2, w, pw, attrs)
    for (let channel = 0; channel < c; channel++) {
      const plane = (b * c + channel) * h * w
      for (const bin of rows)
        for (const column of columns) {
          let sum = 0
          for (const [i, wi] of bin) for (const [j, wj] of column) sum += wi * wj * pixels[plane + i * w + j]!
          y[at++] = sum
        }
    }
  })
  return tf.tensor(y, [...shape])
}

const f = Math.fround

/** The overlap of two boxes as a share of their union, in float32 as other engines have it; of empty boxes 0. */
function overlap(boxes: ArrayLike<number>, a: number, b: number): number {
  const range = (k: number, i: number): [number, number] => [
    Math.min(boxes[4 * k + i]!, boxes[4 * k + i + 2]!),
    Math.max(boxes[4 * k + i]!, boxes[4 * k + i + 2]!),
  ]
  const [ax, ay, bx, by] = [range(a, 0), range(a, 1), range(b, 0), range(b, 1)]
  const area = ([l, r]: [number, number], [t, e]: [number, number]): number => f(f(r - l) * f(e - t))
  const common = ([l, r]: [number, number], [m, s]: [number, number]): number => Math.max(0, f(Math.min(r, s) - Math.max(l, m)))
  const [areaA, areaB, both] = [area(ax, ay), area(bx, by), f(common(ax, bx) * common(ay, by))]
  return areaA > 0 && areaB > 0 ? f(both / f(f(areaA + areaB) - both)) : 0
}

/** The best box first, and then each one that overlaps with none of those taken; of equal scores the first comes first. */
export function nonMaxSuppression(
  boxes: tf.Tensor,
  scores: tf.Tensor,
  { maxOutput, iouThreshold, scoreThreshold }: SuppressionAttrs,
): tf.Tensor[] {
  const [corners, score] = [boxes.dataSync(), scores.dataSync()]
  const [threshold, least] = [f(iouThreshold), f(scoreThreshold)]
  const order = Array.from(score.keys()).filter(i => score[i]! > least)
  order.sort((i, j) => score[j]! - score[i]! || i - j)
  const taken: number[] = []
  for (const i of order) {
    if (taken.length === maxOutput) break
    if (!taken.some(j => overlap(corners, i, j) > threshold)) taken.push(i)
  }
  return [
    tf.tensor1d(
      Int32Array.from({ length: maxOutput }, (_, i) => taken[i] ?? 0),
      'int32',
    ),
    tf.scalar(taken.length, 'int32'),
  ]
}
