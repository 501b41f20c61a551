import type { Node, Value } from '../graph.ts'
import type { Pass } from './rewrite.ts'

/**
 * The sum of the gradient of a pooling over the image is the sum of what went in: each of its numbers stands in one place.
 *   sum(maxUnpool(g, i), [.., 2, 3])   becomes   sum(g, [.., 2, 3])
 */
export const sumOfUnpooled: Pass = graph => {
  const maker = new Map<Value, Node>(graph.nodes.flatMap(n => n.outputs.map(v => [v, n] as const)))
  const nodes = graph.nodes.map((n): Node => {
    const unpool = n.op === 'sum' ? maker.get(n.inputs[0]!) : undefined
    if (n.op !== 'sum' || unpool?.op !== 'maxUnpool') return n
    const [g, index] = unpool.inputs as [Value, Value]
    const image = n.inputs[0]!.shape.length - 2
    // places that somebody made up may be in any image
    const whole = maker.get(index)?.op === 'maxPool' && (n.attrs.axes as number[]).filter(a => a >= 2).length === image
    return whole ? { ...n, inputs: [g] } : n
  })
  return { ...graph, nodes }
}
