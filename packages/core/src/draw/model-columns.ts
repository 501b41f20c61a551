import type { Layout, Line, Point } from './model-layout.ts'

const gutter = 56
const lane = 18

/**
 * A tall picture in columns, to be read like text: cut where only one line passes, into as many as bring it nearest to the form of a page.
 */
export function inColumns(layout: Layout): Layout {
  if (layout.height <= Math.max(900, 1.4 * layout.width)) return layout
  const cuts = cutsOf(layout)
  let best = layout
  for (let n = 2; n <= cuts.length + 1; n++) {
    const ideal = Array.from({ length: n - 1 }, (_, i) => ((i + 1) * layout.height) / n)
    const nearest = ideal.map(y => cuts.reduce((a, b) => (Math.abs(b.y - y) < Math.abs(a.y - y) ? b : a)))
    const next = cut(layout, [...new Set(nearest)])
    if (next.height < 0.7 * layout.height && badness(next) < badness(best)) best = next
  }
  return best
}

const badness = ({ width, height }: Layout): number => Math.abs(Math.log(height / width))

interface Cut {
  readonly y: number
  readonly line: Line
}

/** Heights where no part stands and one line passes. */
function cutsOf({ boxes, lines }: Layout): Cut[] {
  const cuts: Cut[] = []
  let covered = 0
  for (const box of boxes.toSorted((a, b) => a.y - b.y)) {
    const y = (covered + box.y) / 2
    const passing = lines.filter(({ points }) => points[0]!.y < y && points.at(-1)!.y > y)
    if (covered > 0 && box.y > covered && passing.length === 1) cuts.push({ y, line: passing[0]! })
    covered = Math.max(covered, box.y + box.height)
  }
  return cuts
}

/** The layout with its parts below each cut beside those above it. */
function cut({ boxes, lines, height }: Layout, cuts: readonly Cut[]): Layout {
  const columnAt = (y: number): number => cuts.filter(c => c.y < y).length
  const tops = [0, ...cuts.map(c => c.y)]
  let width = -gutter
  const columns = tops.map((top, i) => {
    const xs = [...boxes.flatMap(b => (columnAt(b.y) === i ? [b.x, b.x + b.width] : [])), ...lines.flatMap(l => l.points.flatMap(p => (columnAt(p.y) === i ? [p.x] : [])))] // prettier-ignore
    const left = width + gutter
    width = left + Math.max(...xs) - Math.min(...xs)
    return { left, bottom: (tops[i + 1] ?? height) - top + lane, by: { x: left - Math.min(...xs), y: lane - top } }
  })
  const moved = (p: Point): Point => {
    const { by } = columns[columnAt(p.y)]!
    return { x: p.x + by.x, y: p.y + by.y }
  }
  return {
    width,
    height: Math.max(...columns.map(c => c.bottom)) + lane,
    boxes: boxes.map(b => ({ ...b, ...moved(b) })),
    lines: lines.map(line => {
      const points = line.points.map(moved)
      const i = cuts.findIndex(c => c.line === line)
      if (i < 0) return { ...line, points }
      const after = line.points.findIndex(p => p.y > cuts[i]!.y)
      const [down, between] = [columns[i]!.bottom + 6, columns[i + 1]!.left - gutter / 2]
      const around = [{ x: points[after - 1]!.x, y: down }, { x: between, y: down }, { x: between, y: 6 }, { x: points[after]!.x, y: 6 }] // prettier-ignore
      return { ...line, points: points.toSpliced(after, 0, ...around) }
    }),
  }
}
