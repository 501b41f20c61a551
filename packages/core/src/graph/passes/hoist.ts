import type { ScanAttrs } from '../../ops/control.ts'
import { size } from '../../tensor/spec.ts'
import { Value, type Graph, type Node } from '../graph.ts'
import { withoutCounters } from './counters.ts'
import { dce } from './dce.ts'
import { rewrite, type Pass } from './rewrite.ts'

/** Ops that give the same bits one step at a time and on all steps together; tanh does so for single numbers. */
const elementwise = new Set<Node['op']>([
  ...(['add', 'sub', 'mul', 'div', 'neg', 'abs', 'maximum', 'minimum', 'relu', 'clip', 'where', 'cast', 'sqrt'] as const),
  ...(['equal', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const),
])

/**
 * What a step of a loop computes from its own input alone, whatever the steps before it gave, is computed for all steps at once before
 * the loop. Products are put in that order: (carried·a)·b becomes
 * carried·(a·b). The backward pass of a recurrent layer is left with
 * little more than one product for each gate.
 */
export const hoist: Pass = graph => ({ ...graph, nodes: graph.nodes.flatMap(n => (n.op === 'scan' ? hoisted(n) : [n])) })

function hoisted(given: Node): Node[] {
  const counted = withoutCounters(given)
  const { scan } = counted
  const { carries, xs, length } = scan.attrs as ScanAttrs
  const body = dce(reordered(scan.attrs.body, carries))
  const carried = dependents(body, body.inputs.slice(0, carries))
  const perStep = new Map<Value, Value>() // a value of a step → all of them, outside
  const fixed = new Map<Value, Value>() // a value that is the same in each step → outside
  body.inputs.forEach((v, i) => {
    if (i >= carries + xs) fixed.set(v, scan.inputs[i]!)
    else if (i >= carries) perStep.set(v, scan.inputs[i]!)
  })

  const { before, after } = counted
  const gone = new Set<Node>()
  for (const n of body.nodes) {
    const [out] = n.outputs as [Value]
    if (n.inputs.some(v => carried.has(v) || !(perStep.has(v) || fixed.has(v)))) continue
    if (n.inputs.every(v => fixed.has(v))) {
      if (n.op !== 'full' && !elementwise.has(n.op) && n.op !== 'reshape') continue
      const now = n.outputs.map(v => new Value(v, v.source))
      before.push({ ...n, inputs: n.inputs.map(v => fixed.get(v)!), outputs: now })
      fixed.set(out, now[0]!)
      gone.add(n)
      continue
    }
    const reshape = n.op === 'reshape'
    if (!reshape && !elementwise.has(n.op) && !(n.op === 'tanh' && !out.shape.length)) continue
    const shape = [length, ...out.shape]
    const all = new Value({ shape, dtype: out.dtype }, out.source)
    const inputs = reshape
      ? [perStep.get(n.inputs[0]!)!]
      : n.inputs.map(v => (perStep.has(v) ? aligned(perStep.get(v)!, v, out, length, before) : fixed.get(v)!))
    before.push({ ...n, inputs, outputs: [all], ...(reshape && { attrs: { shape } }) })
    perStep.set(out, all)
    gone.add(n)
  }
  const { outputs, given: stacks } = sunk(body, scan, fixed, gone, after)
  if (!gone.size) return [given]

  // what is left reads what is made outside: as one more input for each step, or as a constant
  const left = body.nodes.filter(n => !gone.has(n))
  const used = new Set<Value>([...left.flatMap(n => n.inputs), ...outputs])
  const steps = [...perStep].filter(([v]) => used.has(v))
  const constants = [...fixed].filter(([v]) => used.has(v))
  const numbers = (values: readonly (readonly [Value, unknown])[]) => values.reduce((sum, [v]) => sum + size(v.shape), 0)
  const own = body.inputs.slice(carries, carries + xs).map(v => [v, v] as const)
  // more inputs than before are paid for by the nodes that are gone; much more memory is not
  if (steps.length - xs > gone.size / 2 || numbers(steps) > 4 * numbers(own)) return [given]
  const inner: Graph = {
    inputs: [...body.inputs.slice(0, carries), ...steps.map(([v]) => v), ...constants.map(([v]) => v)],
    nodes: left,
    outputs,
  }
  const inputs = [...scan.inputs.slice(0, carries), ...steps.map(([, v]) => v), ...constants.map(([, v]) => v)]
  return [...before, { ...scan, inputs, attrs: { ...scan.attrs, body: dce(inner), xs: steps.length }, outputs: stacks }, ...after]
}

/** What is only done to a result of a step, such as a sign, is done to the results of all steps after the loop. */
function sunk(
  body: Graph,
  scan: Node,
  fixed: ReadonlyMap<Value, Value>,
  gone: Set<Node>,
  after: Node[],
): { outputs: Value[]; given: Value[] } {
  const maker = new Map(body.nodes.flatMap(n => n.outputs.map(v => [v, n] as const)))
  const reads = [...body.nodes.flatMap(n => n.inputs), ...body.outputs]
  const single = (v: Value): boolean => reads.filter(r => r === v).length === 1
  const [outputs, given] = [[...body.outputs], [...scan.outputs]]
  for (let i = scan.attrs.carries; i < outputs.length; i++) {
    const n = maker.get(outputs[i]!)
    if (!n || gone.has(n) || !elementwise.has(n.op) || !single(outputs[i]!)) continue
    const of = n.inputs.filter(v => !fixed.has(v))
    const [x] = of
    if (of.length !== 1 || !maker.has(x!) || gone.has(maker.get(x!)!) || String(x!.shape) !== String(n.outputs[0]!.shape)) continue
    if (n.inputs.some(v => v !== x && v.shape.length)) continue
    const all = new Value({ shape: given[i]!.shape, dtype: x!.dtype }, x!.source)
    after.unshift({ ...n, inputs: n.inputs.map(v => (v === x ? all : fixed.get(v)!)), outputs: [given[i]!] })
    outputs[i] = x!
    given[i] = all
    gone.add(n)
    i-- // what was done before it, too
  }
  return { outputs, given }
}

function dependents(graph: Graph, on: readonly Value[]): Set<Value> {
  const found = new Set(on)
  for (const n of graph.nodes) if (n.inputs.some(v => found.has(v))) for (const v of n.outputs) found.add(v)
  return found
}

/** Axes of length 1 behind the first, where an operand has fewer than the result. */
function aligned(all: Value, step: Value, out: Value, length: number, nodes: Node[]): Value {
  const missing = out.shape.length - step.shape.length
  if (!missing) return all
  const shape = [length, ...Array<number>(missing).fill(1), ...step.shape]
  const wide = new Value({ shape, dtype: all.dtype }, all.source)
  nodes.push({ op: 'reshape', inputs: [all], attrs: { shape }, outputs: [wide] })
  return wide
}

/** (carried·a)·b as carried·(a·b), and carried − carried·a as carried·(1 − a). */
function reordered(body: Graph, carries: number): Graph {
  const carried = dependents(body, body.inputs.slice(0, carries))
  return rewrite(body, (node, { before, maker, single }) => {
    if (node.op === 'sub') {
      const [x, product] = node.inputs as [Value, Value]
      const times = carried.has(x) ? maker(product) : undefined
      const a = times?.op === 'mul' && times.inputs.includes(x) ? times.inputs[1 - times.inputs.indexOf(x)]! : undefined
      if (!a || carried.has(a) || x.dtype !== 'float32' || String(a.shape) !== String(x.shape)) return node
      const one = before({ op: 'full', inputs: [], attrs: { shape: [], value: 1, dtype: x.dtype } }, { shape: [], dtype: x.dtype })
      return { ...node, op: 'mul', inputs: [x, before({ op: 'sub', inputs: [one, a], attrs: {} }, a)] }
    }
    if (node.op !== 'mul') return node
    const at = node.inputs.findIndex(v => carried.has(v))
    const [product, other] = [node.inputs[at], node.inputs[1 - at]]
    const inner = product && single(product) ? maker(product) : undefined
    if (inner?.op !== 'mul' || !other || carried.has(other)) return node
    const free = inner.inputs.findIndex(v => !carried.has(v))
    const [a, x] = [inner.inputs[free], inner.inputs[1 - free]]
    if (!a || !x || !carried.has(x)) return node
    const shape = a.shape.length >= other.shape.length ? a.shape : other.shape
    if (String(shape) !== String(node.outputs[0]!.shape)) return node
    return { ...node, inputs: [x, before({ op: 'mul', inputs: [a, other], attrs: {} }, { shape, dtype: a.dtype })] }
  })
}
