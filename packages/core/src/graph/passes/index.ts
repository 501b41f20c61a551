import type { Graph, Node, PassEffect, Value } from '../graph.ts'
import { sameShape } from '../../tensor/spec.ts'
import { algebra } from './algebra.ts'
import { dce } from './dce.ts'
import { hoist } from './hoist.ts'
import { joinPads } from './join-pads.ts'
import { reluAfterPool } from './relu-after-pool.ts'
import { rewrite, type Pass } from './rewrite.ts'
import { sumOfUnpooled } from './sum-of-unpooled.ts'

export { dce, type Pass }

/** JSON has no word for −0 and for what is not finite. */
const literal = (v: unknown): unknown => (Object.is(v, -0) ? '-0' : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)

/** Computes the same thing once. */
export const cse: Pass = graph => {
  const numbers = new Map<object, number>()
  const number = (o: object) => numbers.get(o) ?? (numbers.set(o, numbers.size), numbers.size - 1)
  const known = new Map<string, Node>()
  return rewrite(graph, (node, { replace }) => {
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
export const simplify: Pass = graph =>
  rewrite(graph, (node, { replace, maker }) => {
    const out = node.outputs[0]!
    if (transparent.has(node.op)) {
      replace(out, node.inputs[0]!)
      return undefined
    }
    if (broadcasting.has(node.op)) {
      const inputs = node.inputs.map((v, i) => {
        const m = maker(v)
        return m?.op === 'broadcastTo' &&
          sameShape(node.inputs[1 - i]!.shape, out.shape) &&
          maker(node.inputs[1 - i]!)?.op !== 'broadcastTo'
          ? m.inputs[0]!
          : v
      })
      const one =
        node.op === 'mul'
          ? inputs.findIndex(v => {
              const m = maker(v)
              return m?.op === 'full' && m.attrs.value === 1
            })
          : -1
      if (one >= 0 && sameShape(inputs[1 - one]!.shape, out.shape)) {
        replace(out, inputs[1 - one]!)
        return undefined
      }
      return { ...node, inputs }
    }
    const before = node.op === 'reshape' ? maker(node.inputs[0]!) : undefined
    if (before?.op === 'reshape') {
      if (sameShape(before.inputs[0]!.shape, out.shape)) {
        replace(out, before.inputs[0]!)
        return undefined
      }
      return { ...node, inputs: before.inputs }
    }
    if (node.op === 'broadcastTo' && maker(node.inputs[0]!)?.op === 'full') {
      return { ...node, op: 'full', inputs: [], attrs: { ...maker(node.inputs[0]!)!.attrs, shape: node.attrs.shape } }
    }
    return node
  })

/** The passes in their order; some open the way for others. */
const passes = { dce, cse, mergeScans, simplify, algebra, joinPads, reluAfterPool, sumOfUnpooled } satisfies Record<string, Pass>
const order: readonly (keyof typeof passes)[] = [
  'dce',
  'cse',
  'mergeScans',
  'simplify',
  'cse',
  'algebra',
  'simplify',
  'joinPads',
  'cse',
  'dce',
  'reluAfterPool',
  'sumOfUnpooled',
  'dce',
]

/** Nodes, those in loops too. */
export const countNodes = (graph: Graph): number =>
  graph.nodes.reduce((sum, n) => sum + 1 + (n.op === 'scan' ? countNodes(n.attrs.body) : 0), 0)

/** All passes. Bodies of scans are graphs too. What each pass did is told in `effects`. */
export const optimize: Pass = graph => {
  const effects: PassEffect[] = []
  let now = graph
  for (const pass of order) {
    const before = now.nodes.length
    now = passes[pass](now)
    effects.push({ pass, before, after: now.nodes.length })
  }
  const nodes = now.nodes.map(n => {
    if (n.op !== 'scan') return n
    const body = optimize(n.attrs.body)
    body.effects!.slice(0, order.length).forEach(({ before, after }, i) => {
      const { pass, before: b, after: a } = effects[i]!
      effects[i] = { pass, before: b + before, after: a + after }
    })
    return { ...n, attrs: { ...n.attrs, body } }
  })
  const whole = hoist({ ...now, nodes })
  effects.push({ pass: 'hoist', before: countNodes({ ...now, nodes }), after: countNodes(whole) })
  return { ...whole, effects }
}
