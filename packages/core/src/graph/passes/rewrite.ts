import type { Graph, Node } from '../graph.ts'
import { Value } from '../graph.ts'

/** A change of a graph that leaves what it computes as it is. */
export type Pass = (graph: Graph) => Graph

/** What a visit may do beside giving a node. */
export interface Rewriting {
  /** Everybody who reads `from` reads `to` instead. */
  replace(from: Value, to: Value): void
  /** A node before the present one; its output. */
  before(node: Omit<Node, 'outputs'>, like: Pick<Value, 'shape' | 'dtype'>): Value
  /** Who made a value, as it is by now. */
  maker(v: Value): Node | undefined
  /** Whether only one node reads a value, once, and the graph does not give it. */
  single(v: Value): boolean
}

/** Rewrites every node, given the values that replace its inputs: to a node, or to nothing when its outputs have replacements. */
export function rewrite(graph: Graph, visit: (node: Node, by: Rewriting) => Node | undefined): Graph {
  const now = new Map<Value, Value>()
  const made = new Map<Value, Node>()
  const reads = new Map<Value, number>()
  for (const v of [...graph.nodes.flatMap(n => n.inputs), ...graph.outputs, ...graph.outputs]) reads.set(v, (reads.get(v) ?? 0) + 1)
  const latest = (v: Value) => now.get(v) ?? v
  const nodes: Node[] = []
  const push = (node: Node): void => {
    nodes.push(node)
    for (const v of node.outputs) made.set(v, node)
  }
  const by: Rewriting = {
    replace: (from, to) => now.set(from, to),
    before(node, like) {
      const out = new Value(like)
      push({ ...node, outputs: [out] })
      return out
    },
    maker: v => made.get(v),
    single: v => reads.get(v) === 1,
  }
  for (const node of graph.nodes) {
    const kept = visit(node.inputs.some(v => now.has(v)) ? { ...node, inputs: node.inputs.map(latest) } : node, by)
    if (kept) push(kept)
  }
  return { ...graph, nodes, outputs: graph.outputs.map(latest) }
}
