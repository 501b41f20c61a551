import type { OnnxGraph, OnnxNode, OnnxValue } from './onnx-model.ts'

/** A model in two: what follows from some of its inputs alone, and the rest, which is given that behind its own inputs. */
export interface Parts {
  readonly first: OnnxGraph
  readonly rest: OnnxGraph
}

/** Nodes that only say otherwise what there is: to keep what they give would be a copy. */
const views = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze'])

/** Fewer numbers are not worth a session of their own. */
const least = 10_000

/**
 * Takes out what a model computes from the named inputs alone, such as weights put into another order. Undefined where that is nothing,
 * or little.
 */
export function takeOut(
  model: OnnxGraph,
  from: ReadonlySet<string>,
  shapeOf: (name: string) => Omit<OnnxValue, 'name'>,
): Parts | undefined {
  const results = new Set(model.outputs.map(o => o.name))
  const [constants, same] = [new Set(model.initializers.map(t => t.name)), new Set(from)] // same: the inputs, in any shape
  const free = new Set<OnnxNode>()
  const taken = new Map<string, OnnxNode>()
  for (const node of model.nodes) {
    const reads = namesIn(node)
    const known = (name: string): boolean => constants.has(name) || same.has(name) || taken.has(name)
    if (Object.values(node.attrs).some(a => typeof a === 'object' && 'graph' in a)) continue
    if (!reads.every(known) || node.outputs.some(name => results.has(name))) continue
    if (reads.every(name => constants.has(name))) {
      for (const name of node.outputs) constants.add(name) // onnxruntime folds it
      free.add(node)
    } else if (views.has(node.op) && same.has(node.inputs[0]!)) {
      for (const name of node.outputs) same.add(name)
      free.add(node)
    } else for (const name of node.outputs) taken.set(name, node)
  }
  const gone = new Set(taken.values())
  const left = model.nodes.filter(n => !gone.has(n))
  const rest = needed(left, results)
  const between = [...new Set(rest.flatMap(namesIn))].filter(name => taken.has(name)).map(name => ({ ...shapeOf(name), name }))
  if (between.reduce((sum, v) => sum + v.shape.reduce<number>((n, d) => n * Number(d), 1), 0) < least) return undefined
  const before = model.nodes.filter(n => gone.has(n) || free.has(n))
  return {
    first: part(model, 'first', needed(before, new Set(between.map(v => v.name))), [], between),
    rest: part(model, 'rest', rest, between, model.outputs),
  }
}

/** Nodes that stand for some names, in their order. */
function needed(nodes: readonly OnnxNode[], names: ReadonlySet<string>): OnnxNode[] {
  const wanted = new Set(names)
  return nodes
    .toReversed()
    .filter(n => {
      const used = n.outputs.some(o => wanted.has(o))
      if (used) for (const name of namesIn(n)) wanted.add(name)
      return used
    })
    .toReversed()
}

/** What a node reads, in the graphs inside it, too. */
const namesIn = (node: OnnxNode): string[] => [
  ...node.inputs.filter(Boolean),
  ...Object.values(node.attrs).flatMap(a => (typeof a === 'object' && 'graph' in a ? a.graph.nodes.flatMap(namesIn) : [])),
]

function part(model: OnnxGraph, name: string, nodes: OnnxNode[], inputs: readonly OnnxValue[], outputs: OnnxValue[]): OnnxGraph {
  const read = new Set(nodes.flatMap(namesIn))
  return {
    name,
    nodes,
    initializers: model.initializers.filter(t => read.has(t.name)),
    inputs: [...model.inputs.filter(v => read.has(v.name)), ...inputs],
    outputs: [...outputs],
  }
}
