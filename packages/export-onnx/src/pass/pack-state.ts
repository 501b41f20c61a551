import { dce, size, sameShape, Value, type Graph, type Node, type ScanAttrs } from '@portolan/core/engine'
import { flatUpdates, flattened, unflattened, written } from './flat-updates.ts'

/** What a program is given or gives: one tensor, or several as one vector, by their positions in the graph as it was. */
export type Places = readonly number[]

export interface Packed {
  readonly graph: Graph
  readonly inputs: readonly Places[]
  readonly outputs: readonly Places[]
}

/**
 * State that is only ever computed with as one vector crosses the boundary of the graph, and of the loops in it, as one vector:
 * nothing is joined and cut again at every step.
 */
export function packState(given: Graph): Packed {
  const graph = flatUpdates({ ...given, nodes: given.nodes.flatMap(n => (n.op === 'scan' ? packCarries(n) : n)) })
  const ins = inputPacks(graph)
  const outs = outputPacks(graph)
  return {
    graph: packed(graph, ins, outs),
    inputs: places(graph.inputs, ins),
    outputs: places(graph.outputs, outs),
  }
}

/** Values that stand one after the other in a vector. */
interface Pack {
  readonly vector: Value
  readonly parts: readonly Value[]
}

/** In front what stays as it is, then the packs. */
function places(values: readonly Value[], packs: readonly Pack[]): Places[] {
  const gone = new Set(packs.flatMap(p => p.parts))
  return [...values.flatMap((v, i) => (gone.has(v) ? [] : [[i]])), ...packs.map(p => p.parts.map(v => values.indexOf(v)))]
}

/** Vectors that are joined from inputs of the graph and nothing else. */
function inputPacks(graph: Graph): Pack[] {
  const free = new Set(graph.inputs.filter(v => v.dtype === 'float32' && v.shape.length))
  const origin = new Map<Value, Value>()
  for (const n of graph.nodes) if (n.op === 'reshape' && n.outputs[0]!.shape.length === 1) origin.set(n.outputs[0]!, n.inputs[0]!)
  return graph.nodes.flatMap(({ op, inputs, outputs }) => {
    if (op !== 'concat' || outputs[0]!.shape.length !== 1) return []
    const parts = inputs.map(v => (free.has(v) ? v : origin.get(v)))
    if (new Set(parts).size !== parts.length || !parts.every(v => v && free.delete(v))) return []
    return [{ vector: outputs[0]!, parts: parts as Value[] }]
  })
}

/** Vectors whose parts are outputs of the graph, each once, from its beginning to its end. */
function outputPacks(graph: Graph): Pack[] {
  const maker = new Map(graph.nodes.flatMap(n => n.outputs.map(v => [v, n] as const)))
  const parts = new Map<Value, [from: number, part: Value][]>()
  for (const v of graph.outputs) {
    const last = maker.get(v)
    const cut = last?.op === 'reshape' ? maker.get(last.inputs[0]!) : last
    if (cut?.op !== 'slice' || cut.inputs[0]!.shape.length !== 1 || cut.inputs[0]!.dtype !== 'float32') continue
    const vector = cut.inputs[0]!
    parts.set(vector, [...(parts.get(vector) ?? []), [cut.attrs.starts[0], v]])
  }
  return [...parts].flatMap(([vector, cuts]) => {
    let end = 0
    const whole = cuts.toSorted((a, b) => a[0] - b[0]).every(([from, v]) => from === end && (end += size(v.shape)))
    return whole && end === size(vector.shape) && !graph.inputs.includes(vector)
      ? [{ vector, parts: cuts.toSorted((a, b) => a[0] - b[0]).map(([, v]) => v) }]
      : []
  })
}

/** The graph with vectors in place of their parts. */
function packed(graph: Graph, ins: readonly Pack[], outs: readonly Pack[]): Graph {
  const vectors = new Set(ins.map(p => p.vector))
  const gone = new Set([...ins, ...outs].flatMap(p => p.parts))
  const cuts = ins.flatMap(({ vector, parts }) => {
    let from = 0
    return parts.flatMap(v => {
      const nodes = unflattened(vector, from, v)
      from += size(v.shape)
      return nodes
    })
  })
  return dce({
    inputs: [...graph.inputs.filter(v => !gone.has(v)), ...vectors],
    nodes: [...cuts, ...graph.nodes.filter(n => !vectors.has(n.outputs[0]!))],
    outputs: [...graph.outputs.filter(v => !gone.has(v)), ...outs.map(p => p.vector)],
  })
}

/** A loop whose carries are packed as its body computes with them. */
function packCarries(node: Node): Node[] {
  const { body: given, carries, ...rest } = node.attrs as ScanAttrs
  const body = flatUpdates(
    { ...given, nodes: given.nodes.flatMap(n => (n.op === 'scan' ? packCarries(n) : n)) },
    given.inputs.slice(0, carries),
  )
  const outs = outputPacks(body)
  const position = (values: readonly Value[]) => (v: Value) => values.indexOf(v)
  // a vector that begins a step must be one that the step before ended with
  const pairs = inputPacks(body).flatMap(into => {
    const at = into.parts.map(position(body.inputs))
    const from = outs.find(o => sameShape(o.parts.map(position(body.outputs)), at))
    return from && at.every(i => i < carries) ? [{ into, from, at }] : []
  })
  const gone = new Set(pairs.flatMap(p => p.at))
  const stays = (_: unknown, i: number): boolean => !gone.has(i)
  const nodes: Node[] = []
  const starts = pairs.map(({ at, into }) => {
    const joined = written(
      'concat',
      at.map(i => flattened(node.inputs[i]!, nodes)),
      { axis: 0 },
      into.vector,
    )
    nodes.push(joined)
    return joined.outputs[0]!
  })
  const ends = pairs.map(({ into }) => new Value(into.vector))
  const whole = packed(
    body,
    pairs.map(p => p.into),
    pairs.map(p => p.from),
  )
  // packs stand behind the carries that stay, not behind everything
  const inner = <T>(all: readonly T[], values: readonly Value[]): T[] => {
    const n = carries - gone.size
    const behind = values.length - gone.size
    return [...all.slice(0, n), ...all.slice(behind), ...all.slice(n, behind)]
  }
  nodes.push({
    op: 'scan',
    attrs: {
      ...rest,
      carries: carries - gone.size + pairs.length,
      body: { ...whole, inputs: inner(whole.inputs, body.inputs), outputs: inner(whole.outputs, body.outputs) },
    },
    inputs: inner([...node.inputs.filter(stays), ...starts], node.inputs),
    outputs: inner([...node.outputs.filter(stays), ...ends], node.outputs),
  })
  pairs.forEach(({ at }, k) => {
    let from = 0
    for (const i of at) {
      nodes.push(...unflattened(ends[k]!, from, node.outputs[i]!))
      from += size(node.outputs[i]!.shape)
    }
  })
  return nodes
}
