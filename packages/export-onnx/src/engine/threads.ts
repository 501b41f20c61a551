import { size, type Shape } from '@portolan/core/engine'
import { isBody, type OnnxGraph, type OnnxNode } from '../model/onnx-model.ts'

/** A graph whose nodes make fewer multiplications than this on average is done sooner by one thread than shared with a second. */
const worthSharing = 2 ** 17

type ShapeOf = (name: string) => Shape | undefined

/** How many threads should compute a graph: one where its ops are small, else as many as there may be. */
export function threadsFor(graph: OnnxGraph, shapeOf: ShapeOf, most: number): number {
  const nodes = [...nodesOf(graph)]
  return nodes.reduce((sum, node) => sum + work(node, shapeOf), 0) < worthSharing * nodes.length ? 1 : most
}

/** The nodes of a graph and of the loops in it, whose turns are not counted. */
function* nodesOf(graph: OnnxGraph): Iterable<OnnxNode> {
  for (const node of graph.nodes) {
    const body = Object.values(node.attrs).find(isBody)
    if (body) yield* nodesOf(body.graph)
    else yield node
  }
}

/** Multiplications of a product or a convolution; of another node, the numbers that it gives. */
function work({ op, inputs, outputs, attrs }: OnnxNode, shapeOf: ShapeOf): number {
  const given = size(shapeOf(outputs[0]!) ?? [])
  const [a, b] = inputs.map(name => shapeOf(name) ?? [])
  if (/Conv/.test(op)) return given * size(b!.slice(1))
  if (/MatMul|Gemm/.test(op)) return given * (attrs['transA'] ? a!.at(-2)! : a!.at(-1)!)
  return given
}
