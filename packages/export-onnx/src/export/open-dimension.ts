import { PortolanError } from '@portolan/core'
import type { Graph } from '@portolan/core/engine'
import { Builder, type LowerOptions } from '../lower/builder.ts'
import { isBody, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../model/onnx-model.ts'

/** Sizes that no shape has by chance. */
const sizes = [251, 509, 1021] as const

/**
 * One ONNX graph for any size of an open dimension, from graphs at three sizes: their nodes must be the same, and every
 * integer constant that differs must be a·n + b, which is then computed in the graph.
 */
export function openDimension(at: (n: number) => Graph, name: string, options: LowerOptions): OnnxGraph {
  const graphs = sizes.map(n => new Builder(options).graph(at(n), new Map(), 'model'))
  const [first, second] = graphs as [OnnxGraph, OnnxGraph, OnnxGraph]
  const fail = (what: string): never => {
    throw new PortolanError(`exportOnnx: dimension ${name} cannot stay open: ${what}. Give that dimension a number.`)
  }
  const text = (n: OnnxNode | undefined) => JSON.stringify(n, (key, v) => (key === 'shape' ? undefined : v))
  for (const g of graphs) {
    if (g.nodes.length !== first.nodes.length)
      fail(`the graph has ${first.nodes.length} nodes at one size and ${g.nodes.length} at another`)
    first.nodes.forEach((n, i) => {
      if (text(n) !== text(g.nodes[i])) fail(`${text(n)} becomes ${text(g.nodes[i])}`)
    })
  }

  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}) =>
    nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attrs })
  const i64 = (name: string, values: number[]): string => {
    initializers.push({ name, type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    return name
  }

  const source = first.inputs.find(v => v.shape.includes(sizes[0])) ?? fail('no input has it')
  const axis = source.shape.indexOf(sizes[0])
  node('Shape', [source.name], 'open_n', { start: axis, end: axis + 1 })

  first.initializers.forEach((t, k) => {
    const [a, b, c] = graphs.map(g => Array.from(g.initializers[k]?.data ?? [], Number)) as [number[], number[], number[]]
    if (a.length === b.length && a.every((x, i) => Object.is(x, b[i]))) {
      initializers.push(t)
      return
    }
    const slope = a.map((x, i) => (b[i]! - x) / (sizes[1] - sizes[0]))
    const offset = a.map((x, i) => x - slope[i]! * sizes[0])
    const fits =
      t.type === 'int64' && a.length === b.length && slope.every((s, i) => Number.isInteger(s) && s * sizes[2] + offset[i]! === c[i])
    if (!fits) fail(`constant ${t.type} [${t.shape}] is not a multiple of it plus a constant`)
    node('Mul', ['open_n', i64(`${t.name}_a`, slope)], `${t.name}_m`)
    node('Add', [`${t.name}_m`, i64(`${t.name}_b`, offset)], t.shape.length ? t.name : `${t.name}_s`)
    if (!t.shape.length) node('Squeeze', [`${t.name}_s`], t.name)
  })
  const opened = merge(first, second, name)
  return { ...opened, initializers, nodes: [...nodes, ...opened.nodes] }
}

/** A graph in which every dimension that differs between two sizes has a name instead; bodies too. */
function merge(a: OnnxGraph, b: OnnxGraph, name: string): OnnxGraph {
  const open = (which: 'inputs' | 'outputs') =>
    a[which].map((v, i) => ({ ...v, shape: v.shape.map((d, j) => (d === b[which][i]!.shape[j] ? d : name)) }))
  const body = (n: OnnxNode, i: number): OnnxNode => {
    const other = b.nodes[i]!.attrs.body
    return isBody(n.attrs.body) && isBody(other)
      ? { ...n, attrs: { ...n.attrs, body: { graph: merge(n.attrs.body.graph, other.graph, name) } } }
      : n
  }
  return { ...a, nodes: a.nodes.map(body), inputs: open('inputs'), outputs: open('outputs') }
}
