import { Value, type Node } from '../graph.ts'
import type { Pass } from './index.ts'

/**
 * Pools before ReLU instead of after: max over relu(x) is relu of the max over x, on fewer numbers. The gradient moves along:
 *   r = relu(x), (y, i) = maxPool(r), dx = maxUnpool(g, i) where r > 0   becomes
 *   (p, i) = maxPool(x), y = relu(p), dx = maxUnpool(g where y > 0, i)
 * Where a window has no positive number, i differs, and the gradient is 0 either way. A graph that looks at r or i otherwise stays.
 */
export const reluAfterPool: Pass = graph => {
  const uses = new Map<Value, Node[]>()
  for (const n of graph.nodes) for (const v of new Set(n.inputs)) uses.set(v, [...(uses.get(v) ?? []), n])
  const kept = new Set(graph.outputs)
  const usersOf = (v: Value): Node[] => uses.get(v) ?? []
  const only = (v: Value): Node | undefined => (kept.has(v) || usersOf(v).length !== 1 ? undefined : usersOf(v)[0])
  const zeros = new Set(graph.nodes.filter(n => n.op === 'full' && n.attrs.value === 0).map(n => n.outputs[0]!))

  const replaced = new Map<Node, Node[]>()
  for (const relu of graph.nodes) {
    const match = relu.op === 'relu' && matchPool(relu)
    if (!match) continue
    const { pool, mask, unpool, choice } = match
    const [y, index] = pool.outputs as [Value, Value]
    const p = new Value(y, y.source)
    replaced.set(relu, [])
    replaced.set(pool, [
      { ...pool, inputs: [relu.inputs[0]!], outputs: [p, index] },
      { op: 'relu', inputs: [p], attrs: {}, outputs: [y] },
    ])
    if (!mask || !unpool || !choice) continue
    const small = (v: Value, dtype: Value['dtype']) => new Value({ shape: y.shape, dtype }, v.source)
    const [positive, g] = [small(mask.outputs[0]!, 'bool'), small(choice.outputs[0]!, 'float32')]
    for (const n of [mask, unpool]) replaced.set(n, [])
    replaced.set(choice, [
      { ...mask, inputs: [y, mask.inputs[1]!], outputs: [positive] },
      { ...choice, inputs: [positive, unpool.inputs[0]!, choice.inputs[2]!], outputs: [g] },
      { ...unpool, inputs: [g, index], outputs: choice.outputs },
    ])
  }
  return { ...graph, nodes: graph.nodes.flatMap(n => replaced.get(n) ?? n) }

  /** A pooling of this ReLU, with its gradient if the graph has one; undefined where anything else looks at what would change. */
  function matchPool(relu: Node): { pool: Node; mask?: Node; unpool?: Node; choice?: Node } | undefined {
    const r = relu.outputs[0]!
    if (kept.has(r)) return undefined
    const users = usersOf(r)
    const pool = users.find(n => n.op === 'maxPool')
    if (!pool || kept.has(pool.outputs[1]!)) return undefined
    const seen = usersOf(pool.outputs[1]!)
    if (users.length === 1 && seen.length === 0) return { pool }
    const mask = users.find(n => n.op === 'greater' && n.inputs[0] === r && zeros.has(n.inputs[1]!))
    const [unpool] = seen
    const choice = unpool && only(unpool.outputs[0]!)
    const whole = users.length === 2 && seen.length === 1 && mask && unpool?.op === 'maxUnpool' && choice?.op === 'where'
    if (!whole || only(mask.outputs[0]!) !== choice) return undefined
    const [condition, taken, otherwise] = choice.inputs as [Value, Value, Value]
    return condition === mask.outputs[0] && taken === unpool.outputs[0] && zeros.has(otherwise) ? { pool, mask, unpool, choice } : undefined
  }
}
