import type { Node, Value } from '../graph/graph.ts'
import { count } from '../nn/summary.ts'
import type { OpName } from '../ops/index.ts'
import type { Spec } from '../tensor/spec.ts'
import { joined } from './joined.ts'
import type { Ran, RunOfModel } from './run-model.ts'

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
