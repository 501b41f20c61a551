import { sameShape } from '../../tensor/spec.ts'
import type { Node, Value } from '../graph.ts'
import type { Pass } from './rewrite.ts'

/** A tensor with zeros around it along one axis. */
interface Part {
  readonly x: Value
  readonly axis: number
  readonly from: number
}

/**
 * The gradient of a tensor that was cut into parts is the sum of the parts' gradients, each among zeros. Where they fill it, they stand
 * side by side instead: a concat for pads and adds.
 */
export const joinPads: Pass = graph => {
  const maker = new Map(graph.nodes.flatMap(n => n.outputs.map(v => [v, n] as const)))
  const reads = new Map<Value, number>()
  for (const v of [...graph.nodes.flatMap(n => n.inputs), ...graph.outputs]) reads.set(v, (reads.get(v) ?? 0) + 1)
  const single = (v: Value): boolean => reads.get(v) === 1
  const sum = (v: Value, shape: readonly number[]): Node | undefined => {
    const n = maker.get(v)
    return n?.op === 'add' && single(v) && n.inputs.every(t => sameShape(t.shape, shape)) ? n : undefined
  }
  const absorbed = new Set<Node>()
  const replaced = new Map<Node, Node>()
  for (const node of graph.nodes.toReversed()) {
    if (node.op !== 'add' || absorbed.has(node)) continue
    const [out] = node.outputs as [Value]
    const inner: Node[] = []
    const terms = (v: Value): Value[] => {
      const n = sum(v, out.shape)
      if (!n) return [v]
      inner.push(n)
      return n.inputs.flatMap(terms)
    }
    if (node.inputs.some(v => !sameShape(v.shape, out.shape))) continue
    const parts = node.inputs.flatMap(terms).map(v => partOf(maker.get(v)))
    const axis = parts[0]?.axis
    if (axis === undefined || !parts.every(p => p?.axis === axis)) continue
    const ordered = (parts as Part[]).toSorted((a, b) => a.from - b.from)
    let end = 0
    const fill = ordered.every(p => p.from === end && (end += p.x.shape[axis]!))
    if (!fill || end !== out.shape[axis]) continue
    for (const n of inner) absorbed.add(n)
    replaced.set(node, { op: 'concat', inputs: ordered.map(p => p.x), attrs: { axis }, outputs: node.outputs })
  }
  return { ...graph, nodes: graph.nodes.map(n => replaced.get(n) ?? n) }
}

function partOf(n: Node | undefined): Part | undefined {
  if (n?.op !== 'pad' || (n.attrs.value ?? 0) !== 0) return undefined
  const { before, after } = n.attrs as { before: number[]; after: number[] }
  const axes = before.flatMap((b, i) => (b || after[i] ? [i] : []))
  const [axis] = axes
  return axes.length === 1 && n.inputs[0]!.shape[axis!] ? { x: n.inputs[0]!, axis: axis!, from: before[axis!]! } : undefined
}
