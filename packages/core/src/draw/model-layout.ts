import type { Part, Parts } from './model-parts.ts'

export interface Point {
  readonly x: number
  readonly y: number
}
interface Size {
  readonly width: number
  readonly height: number
}
/** A part and where it stands: x and y are its upper left corner. */
export interface Box extends Point, Size {
  readonly part: Part
}
export interface Line {
  readonly points: readonly Point[]
  /** Whether it ends at a part, or goes on outside. */
  readonly arrow: boolean
}
/** Boxes, an open module before what is in it, and lines. */
export interface Layout extends Size {
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
}

/** What is in one open module, and where values come in and go out, by the part that gives them. */
interface Arranged extends Layout {
  readonly ins: ReadonlyMap<Part, number>
  readonly outs: ReadonlyMap<Part, number>
}

/** What carries the value of `origin` from one node of dagre's graph to another: a part by its number, or a place at the border. */
interface Edge {
  readonly from: string
  readonly to: string
  readonly origin: Part
}

const padding = 16

/**
 * Places parts in ranks, each below what it needs. Every open module is arranged for itself and then stands in its surroundings as
 * one box, so nothing can overlap. `measure` says how large a part is; of an open one, its title.
 */
export async function layoutOf({ parts, flows }: Parts, measure: (part: Part) => Size): Promise<Layout> {
  const { Graph, layout } = await import('@dagrejs/dagre')
  return arrange(parts)

  function arrange(list: readonly Part[], title?: Part): Arranged {
    const opened = list.map(p => (p.parts ? arrange(p.parts, p) : undefined))
    const owner = new Map<Part, number>()
    const own = (p: Part, i: number): void => {
      owner.set(p, i)
      for (const q of p.parts ?? []) own(q, i)
    }
    list.forEach(own)

    const g = new Graph({ multigraph: true })
    g.setGraph({ nodesep: 22, edgesep: 14, ranksep: 16 })
    const add = (name: string, { width, height }: Size): unknown => g.setNode(name, { width, height })
    list.forEach((p, i) => add(`${i}`, opened[i] ?? measure(p)))
    const entries = new Map<Part, string>()
    const exits = new Map<Part, string>()
    const place = (part: Part, origin: Part, border: Map<Part, string>, prefix: string): string => {
      const i = owner.get(part)
      if (i !== undefined) return `${i}`
      if (!border.has(origin)) border.set(origin, `${prefix}${border.size}`)
      return border.get(origin)!
    }
    const edges = new Map<string, Edge>()
    const numbers = new Map<Part, number>()
    for (const { from: origin, to: part } of flows) {
      if (owner.get(origin) === owner.get(part)) continue
      if (!numbers.has(origin)) numbers.set(origin, numbers.size)
      const [from, to] = [place(origin, origin, entries, 'in'), place(part, origin, exits, 'out')]
      edges.set(`${from} ${to} ${numbers.get(origin)}`, { from, to, origin })
    }
    // places at the border stand above and below everything else
    const border = [...entries.values(), ...exits.values(), 'above', 'below']
    for (const name of border) add(name, { width: 1, height: 1 })
    const line = { width: 0, height: 0, labelpos: 'c' }
    for (const [name, { from, to }] of edges) g.setEdge(from, to, { ...line }, name)
    const ends = [...edges.values()]
    const first = list.flatMap((_, i) => (ends.some(e => e.to === `${i}`) ? [] : `${i}`))
    const last = list.flatMap((_, i) => (ends.some(e => e.from === `${i}`) ? [] : `${i}`))
    for (const name of [...entries.values(), ...first]) g.setEdge('above', name, { ...line, weight: name in list ? 0 : 100 })
    for (const name of [...exits.values(), ...last]) g.setEdge(name, 'below', { ...line, weight: name in list ? 0 : 100 })
    layout(g)

    const at = (name: string): Point & Size => g.node(name) as Point & Size
    const center = list.map((_, i) => at(`${i}`))
    const top = Math.min(...center.map(c => c.y - c.height / 2))
    const bottom = Math.max(...center.map(c => c.y + c.height / 2))
    /** The row of parts at y. */
    const row = (y: number): { top: number; bottom: number } | undefined => {
      const half = Math.max(...center.map(c => (Math.abs(c.y - y) < 1 ? c.height / 2 : 0)))
      return half ? { top: y - half, bottom: y + half } : undefined
    }
    const [roof, floor] = [top - padding, bottom + padding]

    // lines go straight past a row, and bend between rows
    const drafts = [...edges].map(([name, edge]) => {
      const [from, side] = [at(edge.from), opened[Number(edge.from)]?.outs.get(edge.origin)]
      const x = side === undefined ? from.x : from.x - from.width / 2 + side
      const start = edge.from in list ? [{ x, y: from.y + from.height / 2 }, { x, y: row(from.y)!.bottom }] : [{ x, y: roof }] // prettier-ignore
      const past = (g.edge(edge.from, edge.to, name) as { points: Point[] }).points.slice(1, -1).flatMap(({ x, y }) => {
        const passed = row(y)
        return passed ? [{ x, y: passed.top }, { x, y: passed.bottom }] : [] // prettier-ignore
      })
      return { edge, points: [...start, ...past] }
    })
    const straight = drafts.map(({ edge, points }) => {
      const [to, side] = [at(edge.to), opened[Number(edge.to)]?.ins.get(edge.origin)]
      if (!(edge.to in list)) return { origin: edge.origin, points: [...points, { x: to.x, y: floor }], arrow: false }
      const arriving = drafts.filter(d => d.edge.to === edge.to).toSorted((a, b) => a.points.at(-1)!.x - b.points.at(-1)!.x)
      const step = Math.min(16, (to.width - 16) / Math.max(1, arriving.length - 1))
      const spread = to.x + (arriving.findIndex(d => d.edge === edge) - (arriving.length - 1) / 2) * step
      const x = side === undefined ? spread : to.x - to.width / 2 + side
      return { origin: edge.origin, points: [...points, { x, y: row(to.y)!.top }, { x, y: to.y - to.height / 2 }], arrow: true }
    })
    const lines = bent(straight)

    // the title and the border go around it
    const head = title ? measure(title) : { width: 0, height: 0 }
    const around = title ? padding : 0
    const xs = [...center.flatMap(c => [c.x - c.width / 2, c.x + c.width / 2]), ...lines.flatMap(l => l.points.map(p => p.x))]
    const [left, right] = [Math.min(...xs), Math.max(...xs)]
    const width = Math.max(right - left + 2 * around, head.width)
    const by = { x: (width - left - right) / 2, y: head.height + around - top }
    const all = list.map((part, i) => {
      const { width, height, x, y } = center[i]!
      const box = { part, width, height, ...moved({ x: x - width / 2, y: y - height / 2 }, by) }
      const inside = opened[i] ?? { boxes: [], lines: [] }
      return {
        boxes: [box, ...inside.boxes.map(b => ({ ...b, ...moved(b, box) }))],
        lines: inside.lines.map(l => ({ ...l, points: l.points.map(p => moved(p, box)) })),
      }
    })
    const side = (names: ReadonlyMap<Part, string>) => new Map([...names].map(([p, name]) => [p, at(name).x + by.x]))
    return {
      width,
      height: bottom + by.y + around,
      boxes: all.flatMap(a => a.boxes),
      lines: [...lines.map(l => ({ ...l, points: l.points.map(p => moved(p, by)) })), ...all.flatMap(a => a.lines)],
      ins: side(entries),
      outs: side(exits),
    }
  }
}

const moved = (p: Point, by: Point): Point => ({ x: p.x + by.x, y: p.y + by.y })

/** Slanted pieces become a horizontal one between two vertical ones, in a lane of their own for each value that crosses the same gap. */
function bent(lines: readonly (Line & { readonly origin: Part })[]): Line[] {
  const lanes = new Map<number, Part[]>()
  const slants = (p: Point, q: Point): boolean => Math.abs(p.x - q.x) > 0.5
  for (const { points, origin } of lines)
    for (const [i, q] of points.entries()) {
      const p = points[i - 1]
      if (!p || !slants(p, q)) continue
      const gap = lanes.get(Math.round(p.y)) ?? []
      if (!gap.includes(origin)) lanes.set(Math.round(p.y), [...gap, origin])
    }
  return lines.map(({ points, origin, arrow }) => ({
    arrow,
    points: points.flatMap((q, i) => {
      const p = points[i - 1]
      if (!p || !slants(p, q)) return [q]
      const gap = lanes.get(Math.round(p.y))!
      const y = p.y + 4 + ((q.y - p.y - 14) * (gap.indexOf(origin) + 1)) / (gap.length + 1)
      return [{ x: p.x, y }, { x: q.x, y }, q] // prettier-ignore
    }),
  }))
}
