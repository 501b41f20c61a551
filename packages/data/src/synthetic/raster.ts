import type { Point } from './curve.ts'

/** Ink of each pixel of a square image: 0 … 1, row-major. */
export interface Canvas {
  readonly size: number
  readonly ink: Float32Array
}

/**
 * Draws a line between two points with round ends and antialiased edges: ink = clamp(radius + ½ − distance to the line, 0, 1).
 *
 * The radius runs from `fromRadius` to `toRadius` along the line. Where ink lies already, the darker remains.
 */
export function drawLine({ size, ink }: Canvas, from: Point, to: Point, fromRadius: number, toRadius: number): void {
  const reach = Math.max(fromRadius, toRadius) + 0.5
  const dx = to.x - from.x
  const dy = to.y - from.y
  const squared = dx * dx + dy * dy
  const left = Math.max(0, Math.ceil(Math.min(from.x, to.x) - reach))
  const right = Math.min(size - 1, Math.floor(Math.max(from.x, to.x) + reach))
  const bottom = Math.min(size - 1, Math.floor(Math.max(from.y, to.y) + reach))
  for (let y = Math.max(0, Math.ceil(Math.min(from.y, to.y) - reach)); y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const px = x - from.x
      const py = y - from.y
      const along = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0
      const ex = px - along * dx
      const ey = py - along * dy
      const covered = fromRadius + (toRadius - fromRadius) * along + 0.5 - Math.sqrt(ex * ex + ey * ey)
      const at = y * size + x
      if (covered > ink[at]!) ink[at] = Math.min(1, covered)
    }
  }
}

/** Mixes an image with itself blurred by the kernel [1 2 1; 2 4 2; 1 2 1] / 16; `amount`: 0 leaves it, 1 takes the blurred one. */
export function blur({ size, ink }: Canvas, amount: number): void {
  const rows = new Float32Array(ink.length)
  for (let i = 0; i < ink.length; i++) {
    const x = i % size
    const left = x > 0 ? ink[i - 1]! : 0
    const right = x < size - 1 ? ink[i + 1]! : 0
    rows[i] = (left + 2 * ink[i]! + right) / 4
  }
  for (let i = 0; i < ink.length; i++) {
    const above = i >= size ? rows[i - size]! : 0
    const below = i + size < ink.length ? rows[i + size]! : 0
    ink[i] = ink[i]! + ((above + 2 * rows[i]! + below) / 4 - ink[i]!) * amount
  }
}
