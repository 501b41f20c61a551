import { encode } from '../model/encode.ts'
import type { ElementType, OnnxGraph, OnnxNode, OnnxTensor } from '../model/onnx-model.ts'
import { onProcessor } from './provider.ts'
import type { Host } from './session.ts'

/** A kind of node that a provider leaves to the processor. */
export interface Fallback {
  /** The ONNX op. */
  readonly op: string
  /** Types of its inputs. */
  readonly types: readonly string[]
  /** Names of the nodes of this kind. */
  readonly nodes: readonly string[]
}

/** Types and shapes of a graph's values, by name. */
export type Values = ReadonlyMap<string, { type: ElementType; shape: readonly number[] }>

/** Whether a host computes a kind of node itself, for each kind that was tried. */
const tried = new WeakMap<Host, Map<string, Promise<boolean>>>()

/** The nodes of a model that its provider does not compute itself: one of each kind is tried in a model of its own. */
export async function fallbacksOf(host: Host, graph: OnnxGraph, values: Values, opset: number): Promise<readonly Fallback[]> {
  if (onProcessor(host.provider)) return []
  const known = tried.get(host) ?? new Map<string, Promise<boolean>>()
  tried.set(host, known)
  const constants = new Map(graph.initializers.map(t => [t.name, t]))
  const types = (node: OnnxNode): string[] => node.inputs.map(name => values.get(name)?.type ?? '')
  const kinds = grouped(nodesOf(graph), n =>
    JSON.stringify([n.op, n.domain, types(n), n.inputs.map(name => constants.has(name)), 'body' in n.attrs ? 'body' : n.attrs]),
  )
  const fallbacks: Fallback[] = []
  for (const [key, nodes] of kinds) {
    const own = known.get(key) ?? computes(host, nodes[0]!, values, constants, opset)
    known.set(key, own)
    if (!(await own)) fallbacks.push({ op: nodes[0]!.op, types: types(nodes[0]!), nodes: nodes.map(n => n.name) })
  }
  return fallbacks
}

/** Every node, those in bodies too. */
const nodesOf = (graph: OnnxGraph): OnnxNode[] =>
  graph.nodes.flatMap(n => [n, ...Object.values(n.attrs).flatMap(a => (typeof a === 'object' && 'graph' in a ? nodesOf(a.graph) : []))])

async function computes(
  host: Host,
  node: OnnxNode,
  values: Values,
  constants: ReadonlyMap<string, OnnxTensor>,
  opset: number,
): Promise<boolean> {
  if ('body' in node.attrs) return false // loops are led from the processor everywhere
  const value = (name: string) => ({ name, ...values.get(name)! })
  const names = [...new Set(node.inputs)].filter(Boolean)
  const initializers = names.flatMap(name => constants.get(name) ?? [])
  const inputs = names.filter(name => !constants.has(name)).map(value)
  const bytes = encode({ name: 'one', nodes: [node], initializers, inputs, outputs: node.outputs.map(value) }, { opset })
  const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled', extra: { session: { disable_cpu_ep_fallback: '1' } } } as const
  try {
    await (await host.create({ bytes, inputs: [], outputs: [], options })).release()
    return true
  } catch {
    return false
  }
}

function grouped<T>(list: readonly T[], key: (x: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const x of list) groups.set(key(x), [...(groups.get(key(x)) ?? []), x])
  return groups
}
