import { size } from '../tensor/spec.ts'
import type { Traced } from './compile.ts'
import { filterProducts } from './filter-products.ts'
import type { Graph, Node } from './graph.ts'

/** What a run costs beside its work, and how fast work is done, roughly and on no machine in particular, in milliseconds. */
const call = 0.04
const copyOfFloat = 1.5e-6
const flop = 1 / 150e6
const element = 1 / 3e6
const node = 0.0005

/** Multiplications and additions, and elements written, of one run. */
const workOf = (graph: Graph): number =>
  graph.nodes.reduce((sum, n) => sum + (n.op === 'scan' ? n.attrs.length * workOf(n.attrs.body) : nodeWork(n)), 0)

function nodeWork(n: Node): number {
  const written = n.outputs.reduce((sum, v) => sum + size(v.shape), 0)
  return node + written * element + 2 * products(n) * flop
}

function products({ op, inputs, attrs, outputs }: Node): number {
  if (op === 'matmul') return size(outputs[0]!.shape) * inputs[0]!.shape.at(attrs.transposeA ? -2 : -1)!
  if (op === 'conv') return filterProducts(outputs[0]!, inputs[1]!)
  if (op === 'convInput') return filterProducts(inputs[0]!, inputs[1]!)
  return op === 'convFilter' ? filterProducts(inputs[1]!, outputs[0]!) : 0
}

/** Bytes of batches that one run may be given: with more, they push everything else out of the caches. */
const roomForBatches = 12.8e6
const most = 64

/**
 * How many steps one run should make: more where a run costs much beside its work, as with a small net or one of many parameters. It
 * follows from the graph alone.
 */
export function stepsARun({ graph, writes, reads }: Traced<unknown>): number {
  const work = workOf(graph)
  const batch = graph.inputs.slice(0, graph.inputs.length - reads.length).reduce((sum, v) => sum + 4 * size(v.shape), 0)
  if (batch === 0) return 1
  const beside = call + copyOfFloat * writes.reduce((sum, v) => sum + size(v.shape), 0)
  let steps = 1
  if (beside > 0.1 * work) while (steps < most && beside > 0.02 * work * steps && 2 * steps * batch <= roomForBatches) steps *= 2
  return steps
}

/** The power of two up to `steps` with which n batches need the fewest runs: what is left over at the end runs one by one. */
export function fewestRuns(steps: number, n: number): number {
  let [best, runs] = [1, n]
  for (let k = 2; k <= steps; k *= 2) {
    const needed = Math.floor(n / k) + (n % k)
    if (needed <= runs) [best, runs] = [k, needed]
  }
  return best
}
