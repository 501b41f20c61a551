import type { Detection } from '../../ops/detection.ts'
import { nonMaxSuppression, roiAlign } from '../detection.ts'
import type { Kernels } from './kernel.ts'

export const detection: Kernels<Detection> = {
  roiAlign: ([x, boxes, image], attrs, { out }) => roiAlign(x, boxes, image, attrs, out[0]!.shape),
  nonMaxSuppression: ([boxes, scores], attrs) => nonMaxSuppression(boxes, scores, attrs),
}
