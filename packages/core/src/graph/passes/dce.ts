import type { Node, Value } from '../graph.ts'
import type { Pass } from './rewrite.ts'

/** Drops what no output needs. */
export const dce: Pass = graph => {
  const needed = new Set<Value>(graph.outputs)
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(v => needed.has(v))) continue
    node.inputs.forEach(v => needed.add(v))
    nodes.push(node)
  }
  return { ...graph, nodes: nodes.reverse() }
}
