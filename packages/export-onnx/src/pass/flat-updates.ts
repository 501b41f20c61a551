import { dce, size, Value, type Graph, type Node, type OpName, type Spec } from '@portolan/core/engine'

/**
 * How many numbers of state may be changed together. In larger graphs a gradient is better used up where it is made: one op that
 * waits for all of them would keep them, and what they are made of, in memory until the end.
 */
const together = 600_000

const elementwise: ReadonlySet<OpName> = new Set<OpName>([
  ...(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'neg', 'abs', 'sign', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid'] as const),
  ...(['relu', 'clip', 'equal', 'greater', 'greaterEqual', 'less', 'lessEqual', 'where', 'cast'] as const),
])

export const written = (op: OpName, inputs: readonly Value[], attrs: unknown, spec: Spec, out = new Value(spec)): Node => ({
  op,
  inputs,
  attrs,
  outputs: [out],
})
export const flat = (v: Value): Spec => ({ shape: [size(v.shape)], dtype: v.dtype })

/** A value as one axis: itself, or a node that makes it so. */
export function flattened(v: Value, nodes: Node[]): Value {
  if (v.shape.length === 1) return v
  const node = written('reshape', [v], { shape: flat(v).shape }, flat(v))
  nodes.push(node)
  return node.outputs[0]!
}

/** The nodes that give `part` from where it stands in a vector. */
export function unflattened(vector: Value, from: number, part: Value): Node[] {
  const attrs = { starts: [from], ends: [from + size(part.shape)] }
  if (part.shape.length === 1) return [written('slice', [vector], attrs, part, part)]
  const cut = written('slice', [vector], attrs, flat(part))
  return [cut, written('reshape', cut.outputs, { shape: [...part.shape] }, part, part)]
}

/** What computes one parameter's update: nodes of one shape that nothing but each other and the graph's outputs look at. */
interface Update {
  readonly nodes: Node[]
  /** Tensors from outside, in the order in which they are met. */
  readonly leaves: Value[]
  /** The same for two updates that do the same to other tensors. */
  readonly key: string
}

/**
 * Updates that do the same to many small tensors, one after the other, become one on all of them as a vector: an optimizer's
 * dozen ops a parameter are a dozen in all. Element by element nothing changes.
 */
export function flatUpdates(graph: Graph, states: readonly Value[] = graph.inputs): Graph {
  const updates = findUpdates(graph).filter(u => u.nodes.length > 1 && u.leaves.some(v => states.includes(v)))
  const alike = new Map<string, Update[]>()
  for (const u of updates) alike.set(u.key, [...(alike.get(u.key) ?? []), u])
  const gone = new Set<Node>()
  const added: Node[] = []
  const length = (u: Update): number => size(u.nodes[0]!.outputs[0]!.shape)
  if (updates.reduce((sum, u) => sum + length(u), 0) > together) return graph
  for (const group of alike.values()) {
    if (group.length < 2) continue
    const [first] = group as [Update]
    const vector = group.reduce((sum, u) => sum + length(u), 0)
    const spec = (v: Value): Spec => ({ shape: [vector], dtype: v.dtype })
    const now = new Map<Value, Value>()
    first.leaves.forEach((leaf, i) => {
      const parts = group.map(u => flattened(u.leaves[i]!, added))
      const joined = written('concat', parts, { axis: 0 }, spec(leaf))
      added.push(joined)
      now.set(leaf, joined.outputs[0]!)
    })
    for (const n of first.nodes) {
      const node = { ...n, inputs: n.inputs.map(v => now.get(v) ?? v), outputs: n.outputs.map(v => new Value(spec(v), v.source)) }
      added.push(node)
      now.set(n.outputs[0]!, node.outputs[0]!)
    }
    let from = 0
    for (const u of group) {
      u.nodes.forEach((n, i) => {
        gone.add(n)
        added.push(...unflattened(now.get(first.nodes[i]!.outputs[0]!)!, from, n.outputs[0]!))
      })
      from += length(u)
    }
  }
  return gone.size ? dce({ ...graph, nodes: [...graph.nodes.filter(n => !gone.has(n)), ...added] }) : graph
}

function findUpdates(graph: Graph): Update[] {
  const isScalar = (v: Value): boolean => v.shape.length === 0
  const users = new Map<Value, Node[]>()
  for (const n of graph.nodes) for (const v of n.inputs) users.set(v, [...(users.get(v) ?? []), n])
  const final = new Set<Node>()
  for (const n of graph.nodes.toReversed()) {
    const [out] = n.outputs as [Value]
    const uniform = elementwise.has(n.op) && !isScalar(out) && n.inputs.every(v => isScalar(v) || String(v.shape) === String(out.shape))
    if (uniform && (users.get(out) ?? []).every(u => final.has(u))) final.add(n)
  }

  // parts that share a tensor are one update
  const parents = new Map<object, object>()
  const root = (x: object): object => {
    const parent = parents.get(x) ?? x
    return parent === x ? x : root(parent)
  }
  for (const n of final) for (const v of [...n.inputs, ...n.outputs]) if (!isScalar(v)) parents.set(root(v), root(n))
  const parts = new Map<object, Node[]>()
  for (const n of graph.nodes) if (final.has(n)) parts.set(root(n), [...(parts.get(root(n)) ?? []), n])

  const numbers = new Map<Value, number>()
  const outputs = new Set(graph.outputs)
  const inputs = new Set(graph.inputs)
  return [...parts.values()].map(nodes => {
    const leaves: Value[] = []
    const places = new Map<Value, string>()
    const place = (v: Value): string => {
      if (isScalar(v)) return `#${numbers.get(v) ?? (numbers.set(v, numbers.size), numbers.size - 1)}`
      if (!places.has(v)) places.set(v, `${inputs.has(v) ? 'state' : 'leaf'}${leaves.push(v)} ${v.dtype}`)
      return places.get(v)!
    }
    const lines = nodes.map((n, i) => {
      const line = `${n.op} ${Object.entries(n.attrs as object).join()} ${n.inputs.map(place).join()} ${outputs.has(n.outputs[0]!)}`
      places.set(n.outputs[0]!, `node${i}`)
      return line
    })
    return { nodes, leaves, key: lines.join('\n') }
  })
}
