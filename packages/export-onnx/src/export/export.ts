import { concrete, evaluating, PortolanError, RangeError, Tensor, toHost, type DType, type Module } from '@portolan/core'
import { optimize, trace, type Graph } from '@portolan/core/engine'
import { platform } from '../engine/platform.ts'
import { Builder, type LowerOptions } from '../lower/builder.ts'
import { poolIndices } from '../lower/pool-indices.ts'
import { portable } from '../lower/portable/index.ts'
import { encode } from '../model/encode.ts'
import { isBody, type OnnxGraph, type OnnxNode } from '../model/onnx-model.ts'
import { openDimension } from './open-dimension.ts'

/** The shape of an input; one name in it, such as 'n', is a dimension left open. */
export type PortShape = readonly (number | string)[]
/** An input: its shape, with dtype float32, or both. */
export type Port = PortShape | { shape: PortShape; dtype: DType }
/** Inputs by name, in the order of the arguments of `forward`. */
export type Ports = Readonly<Record<string, Port>>

/** What a model gives: one tensor, several, or several by name. */
export type Outputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>
/** A module whose `forward` takes tensors and gives tensors. */
export type Exportable = Module & {
  /** Inputs in the order of the ports → what the file gives. */
  forward(...x: Tensor[]): Outputs
}

/** What is put before and after a model in its file. */
export interface Wrapping {
  /** What happens to the inputs before `forward`: pixels to floats, say. Ports describe what comes before it. */
  preprocess?: (...inputs: Tensor[]) => Tensor | readonly Tensor[]
  /** What happens to the output: scores to probabilities, say. */
  postprocess?: (output: never) => Outputs
}

/** Options of `exportOnnx`. */
export interface ExportOptions extends Wrapping {
  /** Where to write the file as well: atomically. Node only. */
  file?: string
  /** Version of the standard ops, 17 … 21; default 17, which every tool reads. */
  opset?: number
  /** Kept in the file beside the graph: labels, a licence. */
  metadata?: Readonly<Record<string, string>>
}

export const portOf = (port: Port): { shape: PortShape; dtype: DType } => ('shape' in port ? port : { shape: port, dtype: 'float32' })

/** A model's whole answer, from the inputs of its file to the outputs of its file. */
export function answer(model: Exportable, { preprocess, postprocess }: Wrapping): (...inputs: Tensor[]) => Outputs {
  return (...inputs) => {
    const ready = preprocess ? [preprocess(...inputs)].flat() : inputs
    const output = model.forward(...ready)
    return postprocess ? postprocess(output as never) : output
  }
}

/** Names of outputs, in the order of `leaves`. */
export const outputNames = (outputs: Outputs): string[] =>
  outputs instanceof Tensor ? ['output'] : Array.isArray(outputs) ? outputs.map((_, i) => `output${i}`) : Object.keys(outputs)

/**
 * The forward function of a model as an .onnx file: the same trace and the same lowering as in training, in evaluation
 * mode, with the variables frozen and, where a port names a dimension, that dimension open.
 * @throws PortolanError if more than one dimension is to stay open, or if the model does different things at different sizes.
 * @example
 * await exportOnnx(model, { x: ['n', 1, 28, 28] }, { file: 'mnist.onnx' })
 * await exportOnnx(model, { pixels: { shape: ['n', 1, 28, 28], dtype: 'uint8' } }, {
 *   file: 'mnist.onnx',
 *   preprocess: x => x.cast('float32').div(255),
 *   postprocess: (y: Tensor) => y.softmax(),
 * })
 */
export async function exportOnnx(
  model: Exportable,
  inputs: Ports,
  { file, opset = 17, metadata, ...wrapping }: ExportOptions = {},
): Promise<Uint8Array> {
  if (!Number.isInteger(opset) || opset < 17 || opset > 21)
    throw new RangeError(`exportOnnx: opset must be an integer from 17 to 21, got ${opset}`)
  const ports = Object.values(inputs).map(portOf)
  const open = [...new Set(ports.flatMap(p => p.shape.filter(d => typeof d === 'string')))]
  if (open.length > 1)
    throw new PortolanError(`exportOnnx: one dimension may stay open, got ${open.join(' and ')}. Give the others numbers.`)
  const options: LowerOptions = { rules: [poolIndices, portable], opset }
  let names: string[] = []
  await toHost(model)
  const bytes = await evaluating(model, () => {
    const at = (n: number): Graph => {
      const args = ports.map(({ shape, dtype }) =>
        concrete(
          shape.map(d => (typeof d === 'string' ? n : d)),
          0,
          dtype,
        ),
      )
      const { graph, outputs } = frozen(answer(model, wrapping), args)
      names = outputs
      return graph
    }
    const onnx = open.length ? openDimension(at, open[0]!, options) : new Builder(options).graph(at(1), new Map(), 'model')
    return encode(renamed(onnx, Object.keys(inputs), names), { opset, ...(metadata && { metadata }) })
  })
  if (file !== undefined) await platform().writeFile(file, bytes)
  return bytes
}

/** A function as a graph whose variables are constants. */
function frozen(f: (...x: Tensor[]) => Outputs, args: Tensor[]): { graph: Graph; outputs: string[] } {
  const { graph, result, reads, writes } = trace(f, args)
  if (writes.length) throw new PortolanError('exportOnnx: forward writes variables even in evaluation mode. Only steps may do that.')
  const states = graph.inputs.slice(args.length)
  const constants = states.map((v, i) => ({
    op: 'constant' as const,
    inputs: [],
    attrs: { data: reads[i]!.latest.dataSync(), shape: [...v.shape], dtype: v.dtype },
    outputs: [v],
  }))
  return {
    graph: optimize({ inputs: graph.inputs.slice(0, args.length), nodes: [...constants, ...graph.nodes], outputs: graph.outputs }),
    outputs: outputNames(result),
  }
}

/** Gives inputs and outputs the names that users see. */
function renamed(g: OnnxGraph, inputs: readonly string[], outputs: readonly string[]): OnnxGraph {
  const to = new Map([...g.inputs.map((v, i) => [v.name, inputs[i]!] as const), ...g.outputs.map((v, i) => [v.name, outputs[i]!] as const)])
  const name = (s: string) => to.get(s) ?? s
  const value = <V extends { name: string }>(v: V): V => ({ ...v, name: name(v.name) })
  const node = (n: OnnxNode): OnnxNode => {
    const { body } = n.attrs
    const attrs = isBody(body) ? { ...n.attrs, body: { graph: inside(body.graph) } } : n.attrs
    return { ...n, inputs: n.inputs.map(name), outputs: n.outputs.map(name), attrs }
  }
  // bodies see what is outside; names are their own across all of them
  const inside = (body: OnnxGraph): OnnxGraph => ({ ...body, nodes: body.nodes.map(node) })
  return { ...g, inputs: g.inputs.map(value), outputs: g.outputs.map(value), nodes: g.nodes.map(node) }
}
