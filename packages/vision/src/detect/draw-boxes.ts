import { ShapeError } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'
import type { Box } from './boxes.ts'

/** Options of `drawBoxes`. */
export interface DrawBoxesOptions {
  /** Of each class, as red, green, blue; default eight colours in turn. */
  readonly colors?: readonly (readonly [number, number, number])[]
  /** Of the lines, in pixels; default 2. */
  readonly thickness?: number
}

const eight = [
  [230, 60, 60],
  [0, 130, 230],
  [255, 170, 0],
  [0, 160, 110],
  [200, 90, 190],
  [90, 200, 240],
  [120, 80, 30],
  [60, 60, 60],
] as const

/**
 * A picture with boxes drawn on it, in a colour for each class.
 *
 * picture: [3, h, w] or [1, h, w] → [3, h, w]
 * @throws ShapeError unless it is a picture, and each box has a label.
 * @example
 * imageGrid([drawBoxes(picture, truth), drawBoxes(picture, found)], { captions: ['there', 'found'] })
 */
export function drawBoxes(
  { shape, data }: Picture,
  { boxes, labels }: { readonly boxes: readonly Box[]; readonly labels: readonly number[] },
  { colors = eight, thickness = 2 }: DrawBoxesOptions = {},
): Picture {
  const [c, h, w] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number]
  if ((c !== 1 && c !== 3) || data.length !== c * h * w || boxes.length !== labels.length)
    throw new ShapeError(
      `drawBoxes: needs a picture [3, h, w] or [1, h, w] and a label for each box, got [${shape}], ${boxes.length} boxes and ${labels.length} labels`,
    )
  const out = Uint8ClampedArray.from({ length: 3 * h * w }, (_, i) => data[c === 1 ? i % (h * w) : i]!)
  const fill = ([x1, y1, x2, y2]: Box, color: readonly number[]): void => {
    for (let y = Math.max(0, Math.round(y1)); y < Math.min(h, Math.round(y2)); y++)
      for (let x = Math.max(0, Math.round(x1)); x < Math.min(w, Math.round(x2)); x++)
        for (let k = 0; k < 3; k++) out[(k * h + y) * w + x] = color[k]!
  }
  boxes.forEach(([x1, y1, x2, y2], i) => {
    const color = colors[labels[i]! % colors.length]!
    const t = thickness
    for (const line of [
      [x1, y1, x2, y1 + t],
      [x1, y2 - t, x2, y2],
      [x1, y1, x1 + t, y2],
      [x2 - t, y1, x2, y2],
    ] as const)
      fill(line, color)
  })
  return { shape: [3, h, w], data: out }
}
