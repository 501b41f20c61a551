/** A point of a drawn line: pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

const mixed = (a: Point, b: Point, t: number): Point => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t })
/** √distance, the knot spacing of a centripetal spline; no less than a little, so that points may coincide. */
const spacing = (a: Point, b: Point): number => Math.max(Math.sqrt(Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y))), 1e-3)

/**
 * Points along the centripetal Catmull-Rom spline that passes through all of `points`, about `step` apart.
 *
 * P. J. Barry and R. N. Goldman, "A recursive evaluation algorithm for a class of Catmull-Rom splines" (1988).
 */
export function smoothCurve(points: readonly Point[], step: number): Point[] {
  const first = points[0]!
  const last = points.at(-1)!
  const ends = [mixed(first, points[1]!, -1), ...points, mixed(last, points.at(-2)!, -1)]
  const curve = [first]
  for (let i = 1; i + 2 < ends.length; i++) {
    const [p0, p1, p2, p3] = [ends[i - 1]!, ends[i]!, ends[i + 1]!, ends[i + 2]!]
    const t1 = spacing(p0, p1)
    const t2 = t1 + spacing(p1, p2)
    const t3 = t2 + spacing(p2, p3)
    const pieces = Math.max(1, Math.ceil(((t2 - t1) * (t2 - t1)) / step))
    for (let piece = 1; piece <= pieces; piece++) {
      const t = t1 + ((t2 - t1) * piece) / pieces
      const a1 = mixed(p0, p1, t / t1)
      const a2 = mixed(p1, p2, (t - t1) / (t2 - t1))
      const a3 = mixed(p2, p3, (t - t2) / (t3 - t2))
      const b1 = mixed(a1, a2, t / t2)
      const b2 = mixed(a2, a3, (t - t1) / (t3 - t1))
      curve.push(mixed(b1, b2, (t - t1) / (t2 - t1)))
    }
  }
  return curve
}
