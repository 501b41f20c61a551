import { size, type Graph, type Node, type Value } from '@portolan/core/engine'

/** Slices of one value along one axis that give all of it, in order: one node can make them all. */
export interface Split {
  readonly axis: number
  readonly slices: readonly Node[]
}

/** For every slice that is part of a split, that split. */
export function splits(graph: Graph): ReadonlyMap<Node, Split> {
  const cuts = new Map<Value, Map<number, { node: Node; from: number; to: number }[]>>()
  for (const node of graph.nodes) {
    if (node.op !== 'slice') continue
    const { starts, ends } = node.attrs as { starts: readonly number[]; ends: readonly number[] }
    const [x] = node.inputs as [Value]
    const [axis, another] = x.shape.flatMap((d, i) => (starts[i] !== 0 || ends[i] !== d ? [i] : []))
    if (axis === undefined || another !== undefined || size(x.shape) === 0) continue // what has no numbers is not computed
    const byAxis = cuts.get(x) ?? new Map<number, { node: Node; from: number; to: number }[]>()
    byAxis.set(axis, [...(byAxis.get(axis) ?? []), { node, from: starts[axis]!, to: ends[axis]! }])
    cuts.set(x, byAxis)
  }
  const found = new Map<Node, Split>()
  for (const [x, byAxis] of cuts)
    for (const [axis, parts] of byAxis) {
      parts.sort((a, b) => a.from - b.from)
      let end = 0
      const whole = parts.every(({ from, to }) => from === end && (end = to) > from) && end === x.shape[axis]
      if (!whole) continue
      const split = { axis, slices: parts.map(p => p.node) }
      for (const { node } of parts) found.set(node, split)
    }
  return found
}
