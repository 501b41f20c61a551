import { PortolanError } from '../errors.ts'
import type { Call, Node, Value } from '../graph/graph.ts'
import { dce } from '../graph/passes/index.ts'
import { Trace } from '../graph/trace.ts'
import { withCalls } from '../nn/calls.ts'
import type { Module } from '../nn/module.ts'
import { count } from '../nn/summary.ts'
import type { Variable } from '../nn/variable.ts'
import type { OpName } from '../ops/index.ts'
import type { Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { leaves } from '../tree.ts'

/** What stands in a picture of a model: a module or an op; a module that is opened has parts of its own. */
export interface Part {
  readonly kind: 'input' | 'output' | 'module' | 'op'
  readonly name: string
  /** Where a module stands below the model. */
  readonly path?: string
  /** Shapes and parameters. */
  readonly detail?: string
  /** What most of a layer's work is. */
  readonly work?: Work
  /** Parts of a module that is opened. */
  readonly parts?: Part[]
}
export type Work = 'conv' | 'matmul' | 'norm' | 'pool' | 'loop' | 'lookup' | 'other'

/** A value goes from one part to another; neither is open. */
export interface Flow {
  readonly from: Part
  readonly to: Part
}

export interface Parts {
  readonly parts: Part[]
  readonly flows: Flow[]
}

/** Ops that a reader can do without: they change the form of what flows, or make constants. */
const plumbing = new Set<OpName>(['constant', 'full', 'iota', 'reshape', 'broadcastTo', 'transpose', 'slice', 'pad', 'cast', 'stopGradient', 'custom', 'barrier']) // prettier-ignore
/** Of their inputs only the first flows on. */
const firstOnly = new Set<OpName>(['custom', 'barrier'])

const works: readonly (readonly [Work, RegExp])[] = [
  ['loop', /^scan$/],
  ['conv', /^conv/],
  ['matmul', /^matmul$/],
  ['norm', /^(batch|layer)Norm$/],
  ['pool', /^(avg|max)Pool$|^resize$/],
  ['lookup', /^gather$|^oneHot$/],
]
const workOf = (nodes: readonly Node[]): Work => works.find(([, pattern]) => nodes.some(n => pattern.test(n.op)))?.[0] ?? 'other'

const shapeOf = ({ shape, dtype }: Spec): string => `${dtype === 'float32' ? '' : `${dtype} `}[${shape.join(', ')}]`

/** One call of a module, with everything that happened in it. */
interface Ran {
  readonly call: Call
  readonly calls: Ran[]
  /** Ops of its own, and those of the calls in it. */
  readonly own: Node[]
  readonly all: Node[]
}

/** A trace that remembers what was put into variables. */
class Watched extends Trace {
  readonly written = new Set<Value>()
  override write(variable: Variable, value: Tensor): void {
    super.write(variable, value)
    this.written.add(this.value(value))
  }
}

/** A model that has run once, with tensors that have no numbers: nothing of it is changed. */
export interface RunOfModel {
  readonly root: Ran
  readonly nodes: readonly Node[]
  /** What was put into variables. */
  readonly written: ReadonlySet<Value>
  readonly results: ReadonlyMap<Call, readonly Tensor[]>
  readonly inputs: readonly (readonly [name: string, value: Value])[]
  readonly outputs: readonly (readonly [name: string, value: Value])[]
}

export function runModel(model: Module & { forward(...x: never[]): unknown }, ports: Readonly<Record<string, Spec>>): RunOfModel {
  const trace = new Watched()
  const inputs = Object.entries(ports).map(([name, spec]) => [name, trace.input(spec)] as const)
  const results = new Map<Call, readonly Tensor[]>()
  const given = withCalls(
    model,
    () => trace.run(() => model.forward(...(inputs.map(([, x]) => x) as never[]))),
    (call, _, result) => results.set(call, leaves(result)),
  )
  const found = leaves(given)
  if (!found.length) throw new PortolanError(`plotModel: ${model.constructor.name}.forward gave no tensor. It must give what it computes.`)
  const names = found.length === Object.keys(given as object).length && !Array.isArray(given) ? Object.keys(given as object) : undefined
  const outputs = found.map((t, i) => [names?.[i] ?? (found.length > 1 ? `output ${i}` : 'output'), trace.value(t)] as const)

  const { nodes } = dce({ inputs: [], nodes: trace.nodes, outputs: outputs.map(([, v]) => v) })
  const root: Ran = { call: { module: model, path: '', within: undefined }, calls: [], own: [], all: [] }
  const rans = new Map<Call, Ran>()
  const ranOf = (call: Call | undefined): Ran => {
    if (!call?.within) return root
    let ran = rans.get(call)
    if (!ran) {
      rans.set(call, (ran = { call, calls: [], own: [], all: [] }))
      ranOf(call.within).calls.push(ran)
    }
    return ran
  }
  for (const node of nodes) {
    const call = node.outputs[0]!.source?.call
    ranOf(call).own.push(node)
    for (let c = call; c?.within; c = c.within) ranOf(c).all.push(node)
  }
  return { root, nodes, written: trace.written, results, inputs: inputs.map(([name, x]) => [name, trace.value(x)]), outputs }
}

/** A module that only hands on to one other is as good as that one. */
const inner = (ran: Ran): Ran => (ran.calls.length === 1 && ran.own.every(n => plumbing.has(n.op)) ? inner(ran.calls[0]!) : ran)

/** A path as it is called below another. */
const below = (path: string, around: string): string => (around && path.startsWith(`${around}.`) ? path.slice(around.length + 1) : path)

/** The parts of a model down to a depth, and what flows between them. */
export function partsOf({ root, nodes, written, results, inputs, outputs }: RunOfModel, depth: number): Parts {
  const home = new Map<Node, Part>()
  const describe = ({ call }: Ran, around: string): Part => {
    const shapes = (results.get(call) ?? []).map(shapeOf)
    const shown = shapes.length > 2 ? [shapes[0], `… ${shapes.length} tensors`] : shapes
    const parameters = count(call.module)
    const detail = [...shown, ...(parameters ? [parameters.toLocaleString('en-US')] : [])].join(' · ')
    return { kind: 'module', name: call.module.constructor.name, path: below(call.path, around), detail }
  }
  const open = (ran: Ran, level: number, around: string): Part[] => [
    ...ran.own.flatMap(node => {
      if (plumbing.has(node.op)) return []
      const part: Part = { kind: 'op', name: node.op }
      home.set(node, part)
      return part
    }),
    ...ran.calls.map(child => {
      const within = inner(child)
      if (level < depth && within.calls.length) return { ...describe(child, ''), parts: open(within, level + 1, child.call.path) }
      const part: Part = { ...describe(child, around), ...(!within.calls.length && { work: workOf(child.all) }) }
      for (const node of child.all) home.set(node, part)
      return part
    }),
  ]
  const parts = open(inner(root), 1, '')

  // where each value comes from, through the ops that are left out
  const origins = new Map<Value, ReadonlySet<Part>>()
  const ins = inputs.map(([name, value]): Part => {
    const part: Part = { kind: 'input', name, detail: shapeOf(value) }
    origins.set(value, new Set([part]))
    return part
  })
  const flows = new Map<Part, Map<Part, Flow>>()
  const flow = (from: Part, to: Part): void => {
    if (from !== to) flows.set(to, (flows.get(to) ?? new Map<Part, Flow>()).set(from, { from, to }))
  }
  const nothing: ReadonlySet<Part> = new Set()
  for (const node of nodes) {
    const part = home.get(node)
    const used = firstOnly.has(node.op) ? node.inputs.slice(0, 1) : node.inputs
    const from = new Set(used.flatMap(v => [...(origins.get(v) ?? nothing)]))
    // what is computed of weights alone is no part of the picture, unless a layer does it
    const shown = part && (part.kind === 'module' || from.size)
    if (shown) for (const origin of from) flow(origin, part)
    // a random stream or running statistics are no flow of data from one layer to the next
    for (const v of node.outputs) origins.set(v, written.has(v) ? nothing : shown ? new Set([part]) : from)
  }
  const outs = outputs.map(([name, value]): Part => {
    const part: Part = { kind: 'output', name, detail: shapeOf(value) }
    for (const origin of origins.get(value) ?? nothing) flow(origin, part)
    return part
  })
  const list = [...flows.values()].flatMap(m => [...m.values()])
  const seen = new Set(list.flatMap(({ from, to }) => [from, to]))
  const kept = (all: readonly Part[]): Part[] =>
    all.flatMap(p => (p.parts ? [{ ...p, parts: kept(p.parts) }] : p.kind !== 'op' || seen.has(p) ? [p] : []))
  return joined({ parts: [...ins, ...kept(parts), ...outs], flows: list })
}

function grouped<K, V>(values: readonly V[], key: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const v of values) groups.set(key(v), [...(groups.get(key(v)) ?? []), v])
  return groups
}

/** Ops that only follow each other become one part. */
function joined({ parts, flows }: Parts): Parts {
  const place = new Map<Part, readonly Part[]>()
  const visit = (list: readonly Part[]): void => {
    for (const p of list) {
      place.set(p, list)
      if (p.parts) visit(p.parts)
    }
  }
  visit(parts)
  const into = grouped(flows, f => f.to)
  const next = new Map<Part, Part>()
  for (const [from, out] of grouped(flows, f => f.from)) {
    const { to } = out[0]!
    const alone = out.length === 1 && into.get(to)!.length === 1
    if (alone && from.kind === 'op' && to.kind === 'op' && place.get(from) === place.get(to)) next.set(from, to)
  }
  const follows = new Set(next.values())
  const now = new Map<Part, Part>()
  for (const first of next.keys()) {
    if (follows.has(first)) continue
    const chain = [first]
    for (let p = next.get(first); p; p = next.get(p)) chain.push(p)
    const names = chain.map(p => p.name)
    const name = (names.length > 3 ? [names[0], '…', names.at(-1)] : names).join(' → ')
    const whole: Part = { kind: 'op', name }
    for (const p of chain) now.set(p, whole)
  }
  const latest = (p: Part): Part => now.get(p) ?? p
  const rebuilt = (list: readonly Part[]): Part[] => [...new Set(list.map(p => (p.parts ? { ...p, parts: rebuilt(p.parts) } : latest(p))))]
  const moved = flows.map(({ from, to }) => ({ from: latest(from), to: latest(to) }))
  return { parts: rebuilt(parts), flows: moved.filter(({ from, to }) => from !== to) }
}
