/** x₁, y₁, x₂, y₂ in pixels: left, top, right, bottom. */
export type Box = readonly [number, number, number, number]

/** What is in a picture. */
export interface Truth {
  readonly boxes: readonly Box[]
  /** Class of each box, from 0. */
  readonly labels: readonly number[]
  /** Boxes around many things at once: finding them counts neither for nor against; default none. */
  readonly crowd?: readonly boolean[]
}

/** What was found in a picture, the surest first. */
export interface Detections {
  readonly boxes: readonly Box[]
  readonly labels: readonly number[]
  /** 0 … 1 */
  readonly scores: readonly number[]
}

/** Its size in square pixels; nothing where an end comes before its beginning. */
export const areaOf = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1)

/** How much two boxes share, in square pixels. */
export const overlap = (a: Box, b: Box): number =>
  areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])

/**
 * How much of their union two boxes share: |a ∩ b| / |a ∪ b|, 0 … 1; 0 where there is no union.
 * @example
 * boxIou([0, 0, 2, 2], [1, 0, 3, 2])   // 1/3
 */
export function boxIou(a: Box, b: Box): number {
  const both = overlap(a, b)
  const union = areaOf(a) + areaOf(b) - both
  return union > 0 ? both / union : 0
}
