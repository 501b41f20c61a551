import { RangeError } from '@portolan/core'
import type { Box } from './boxes.ts'

/** Which anchors stand at each place of a feature map. */
export interface AnchorLevel {
  /** Pixels of the picture for one place of the map. */
  readonly stride: number
  /** Sides of squares of the anchors' areas, in pixels. */
  readonly sizes: readonly number[]
  /** Width by height; every size comes in every ratio. */
  readonly ratios: readonly number[]
}

/** How many anchors stand at each place. */
export const anchorsAt = ({ sizes, ratios }: AnchorLevel): number => sizes.length * ratios.length

/**
 * The anchors of a picture: boxes of several sizes and ratios around the middle of each place, map by map, row by row. A size s in a
 * ratio r is s·√r wide and s/√r high. They may stand out of the picture.
 *
 * [h, w] → [⌈h / stride⌉ · ⌈w / stride⌉ · anchors of each level]
 * Liu et al., "SSD: Single Shot MultiBox Detector", 2015.
 * @throws RangeError unless sizes, ratios and strides are above 0.
 * @example
 * anchors([256, 256], [{ stride: 16, sizes: [32, 45], ratios: [0.5, 1, 2] }])   // 16 · 16 · 6 boxes
 */
export function anchors([height, width]: readonly [number, number], levels: readonly AnchorLevel[]): Box[] {
  for (const { stride, sizes, ratios } of levels)
    if (![stride, ...sizes, ...ratios].every(v => v > 0 && Number.isFinite(v)))
      throw new RangeError(`anchors: stride, sizes and ratios must be above 0, got ${stride}, [${sizes}] and [${ratios}]`)
  return levels.flatMap(({ stride, sizes, ratios }) => {
    const halves = sizes.flatMap(s => ratios.map(r => [(s * Math.sqrt(r)) / 2, s / Math.sqrt(r) / 2] as const))
    return Array.from({ length: Math.ceil(height / stride) }, (_, i) => (i + 0.5) * stride).flatMap(y =>
      Array.from({ length: Math.ceil(width / stride) }, (_, j) => (j + 0.5) * stride).flatMap(x =>
        halves.map(([w, h]): Box => [x - w, y - h, x + w, y + h]),
      ),
    )
  })
}
