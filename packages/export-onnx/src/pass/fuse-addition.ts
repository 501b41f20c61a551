import { dce, sameShape, type Graph, type Node, type Value } from '@portolan/core/engine'

/**
 * A product and the addition that is its only use become one Gemm: bias of a layer, sum of gates. So do numbers put along an axis and
 * what they are added to, as in the gradient of a cross-entropy.
 */
export function fuseAddition(graph: Graph): Graph {
  const uses = new Map<Value, number>()
  const use = (v: Value) => uses.set(v, (uses.get(v) ?? 0) + 1)
  graph.nodes.forEach(n => n.inputs.forEach(use))
  graph.outputs.forEach(use)
  const maker = new Map<Value, Node>(graph.nodes.flatMap(n => n.outputs.map(v => [v, n] as const)))
  const nodes = graph.nodes.map((node): Node => {
    if (node.op === 'scan') return { ...node, attrs: { ...node.attrs, body: fuseAddition(node.attrs.body) } }
    const [out] = node.outputs
    if (node.op !== 'add') return node
    const takes = (v: Value, other: Value): boolean => {
      const m = maker.get(v)
      if (m?.inputs.length !== 2 || uses.get(v) !== 1 || !sameShape(v.shape, out!.shape)) return false
      return m.op === 'addAlong' ? sameShape(other.shape, v.shape) : m.op === 'matmul' && m.inputs.every(t => t.shape.length === 2)
    }
    const i = node.inputs.findIndex((v, at) => takes(v, node.inputs[1 - at]!))
    if (i < 0) return node
    const whole = maker.get(node.inputs[i]!)!
    return { ...whole, inputs: [...whole.inputs, node.inputs[1 - i]!], outputs: node.outputs }
  })
  return dce({ ...graph, nodes })
}
