import type { Graph, Node, Value } from '../graph.ts'
import { sameShape } from '../../tensor/spec.ts'
import { reluAfterPool } from './relu-after-pool.ts'
import { sumOfUnpooled } from './sum-of-unpooled.ts'

export type Pass = (graph: Graph) => Graph

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

/** Rewrites every node, given the values that replace its inputs: to a node, or to nothing when its outputs have replacements. */
function rewrite(graph: Graph, visit: (node: Node, replace: (from: Value, to: Value) => void) => Node | undefined): Graph {
  const now = new Map<Value, Value>()
  const latest = (v: Value) => now.get(v) ?? v
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    const moved = node.inputs.some(v => now.has(v)) ? { ...node, inputs: node.inputs.map(latest) } : node
    const kept = visit(moved, (from, to) => now.set(from, to))
    if (kept) nodes.push(kept)
  }
  return { ...graph, nodes, outputs: graph.outputs.map(latest) }
}

/** JSON has no word for −0 and for what is not finite. */
const literal = (v: unknown): unknown => (Object.is(v, -0) ? '-0' : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)

/** Computes the same thing once. */
export const cse: Pass = graph => {
  const numbers = new Map<object, number>()
  const number = (o: object) => numbers.get(o) ?? (numbers.set(o, numbers.size), numbers.size - 1)
  const known = new Map<string, Node>()
  return rewrite(graph, (node, replace) => {
    const attrs = JSON.stringify(node.attrs, (k, v) => (k === 'body' || k === 'data' ? number(v) : literal(v)))
    const key = `${node.op} ${attrs} ${node.inputs.map(number)}`
    const twin = known.get(key)
    if (!twin) {
      known.set(key, node)
      return node
    }
    node.outputs.forEach((v, i) => replace(v, twin.outputs[i]!))
    return undefined
  })
}

/**
 * Scans over the same inputs, of which some also save values for a gradient, become one that gives all that any of them gives;
 * what nobody reads is dropped. (Bodies of such scans share their values: the gradient of a scan only adds outputs.)
 */
export const mergeScans: Pass = graph => {
  const groups = new Map<string, Node[]>()
  const numbers = new Map<object, number>()
  const number = (o: object) => numbers.get(o) ?? (numbers.set(o, numbers.size), numbers.size - 1)
  for (const n of graph.nodes) {
    if (n.op !== 'scan') continue
    const key = `${number(n.attrs.body.inputs)} ${n.attrs.reverse} ${n.inputs.map(number)}`
    groups.set(key, [...(groups.get(key) ?? []), n])
  }
  const read = new Set<Value>([...graph.nodes.flatMap(n => n.inputs), ...graph.outputs])
  const to = new Map<Value, Value>()
  const merged = new Map<Node, Node | undefined>()
  for (const [first, ...others] of groups.values()) {
    const { attrs } = first!
    const stacks = new Map<Value, Value>() // what the body gives at each step → its stack outside
    for (const n of [first!, ...others]) {
      n.outputs.forEach((out, i) => {
        const inner = n.attrs.body.outputs[i]
        if (i < attrs.carries) to.set(out, first!.outputs[i]!)
        else if (read.has(out)) to.set(out, stacks.get(inner) ?? (stacks.set(inner, out), out))
      })
      merged.set(n, undefined)
    }
    const body = { ...attrs.body, outputs: [...attrs.body.outputs.slice(0, attrs.carries), ...stacks.keys()] }
    merged.set(first!, { ...first!, attrs: { ...attrs, body }, outputs: [...first!.outputs.slice(0, attrs.carries), ...stacks.values()] })
  }
  const latest = (v: Value) => to.get(v) ?? v
  const nodes = graph.nodes.flatMap(n => (merged.has(n) ? (merged.get(n) ?? []) : n))
  return { ...graph, nodes: nodes.map(n => ({ ...n, inputs: n.inputs.map(latest) })), outputs: graph.outputs.map(latest) }
}

const broadcasting = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'floorDivide',
  'maximum',
  'minimum',
  'equal',
  'greater',
  'greaterEqual',
  'less',
  'lessEqual',
])

/** Ops that only gradients see: no gradient is taken any more of a graph that is made ready for an engine. */
const transparent = new Set(['stopGradient', 'custom'])

/** Small algebra: a stretched operand that the op would stretch anyway; a reshape of a reshape; times one. */
export const simplify: Pass = graph => {
  const maker = new Map<Value, Node>()
  const remember = (n: Node) => {
    n.outputs.forEach(v => maker.set(v, n))
    return n
  }
  return rewrite(graph, (node, replace) => {
    const out = node.outputs[0]!
    if (transparent.has(node.op)) {
      replace(out, node.inputs[0]!)
      return undefined
    }
    if (broadcasting.has(node.op)) {
      const inputs = node.inputs.map((v, i) => {
        const m = maker.get(v)
        return m?.op === 'broadcastTo' &&
          sameShape(node.inputs[1 - i]!.shape, out.shape) &&
          maker.get(node.inputs[1 - i]!)?.op !== 'broadcastTo'
          ? m.inputs[0]!
          : v
      })
      const one =
        node.op === 'mul'
          ? inputs.findIndex(v => {
              const m = maker.get(v)
              return m?.op === 'full' && m.attrs.value === 1
            })
          : -1
      if (one >= 0 && sameShape(inputs[1 - one]!.shape, out.shape)) {
        replace(out, inputs[1 - one]!)
        return undefined
      }
      return remember({ ...node, inputs })
    }
    const before = node.op === 'reshape' ? maker.get(node.inputs[0]!) : undefined
    if (before?.op === 'reshape') {
      if (sameShape(before.inputs[0]!.shape, out.shape)) {
        replace(out, before.inputs[0]!)
        return undefined
      }
      return remember({ ...node, inputs: before.inputs })
    }
    if (node.op === 'broadcastTo' && maker.get(node.inputs[0]!)?.op === 'full') {
      return remember({ ...node, op: 'full', inputs: [], attrs: { ...maker.get(node.inputs[0]!)!.attrs, shape: node.attrs.shape } })
    }
    return remember(node)
  })
}

/** The passes in their order. Bodies of scans are graphs too. */
export const optimize: Pass = graph => {
  const flat = dce(sumOfUnpooled(reluAfterPool(dce(cse(simplify(mergeScans(cse(dce(graph)))))))))
  return { ...flat, nodes: flat.nodes.map(n => (n.op === 'scan' ? { ...n, attrs: { ...n.attrs, body: optimize(n.attrs.body) } } : n)) }
}
