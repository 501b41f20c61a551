import { size } from '../tensor/spec.ts'
import type { Traced } from './compile.ts'
import type { Graph, Node } from './graph.ts'

/** What a run costs beside its work, and how fast work is done, roughly and on no machine in particular, in milliseconds. */
const call = 0.04
const copyOfFloat = 0.55e-6
const flop = 1 / 150e6
const element = 1 / 3e6
const node = 0.0005

/** Multiplications and additions, and elements written, of one run. Undefined where there are convolutions, which loops slow down. */
function workOf(graph: Graph): number | undefined {
  let work = 0
  for (const n of graph.nodes) {
    const own = n.op.startsWith('conv') ? undefined : n.op === 'scan' ? workOf(n.attrs.body) : nodeWork(n)
    if (own === undefined) return undefined
    work += n.op === 'scan' ? own * n.attrs.length : own
  }
  return work
}

function nodeWork({ op, inputs, attrs, outputs }: Node): number {
  const written = outputs.reduce((sum, v) => sum + size(v.shape), 0)
  const inner = op === 'matmul' ? inputs[0]!.shape.at(attrs.transposeA ? -2 : -1)! : 0
  return node + written * element + 2 * written * inner * flop
}

/** Bytes of batches that one run may be given. */
const roomForBatches = 2 ** 26
const most = 16

/**
 * How many steps one run should make: more where a run costs much beside its work, as with a small net or one of many parameters. It
 * follows from the graph alone; it is 1 where convolutions are.
 */
export function stepsARun({ graph, writes, reads }: Traced<unknown>): number {
  const work = workOf(graph)
  const batch = graph.inputs.slice(0, graph.inputs.length - reads.length).reduce((sum, v) => sum + 4 * size(v.shape), 0)
  if (work === undefined || batch === 0) return 1
  const beside = call + copyOfFloat * writes.reduce((sum, v) => sum + size(v.shape), 0)
  let steps = 1
  if (beside > 0.1 * work) while (steps < most && beside > 0.02 * work * steps && 2 * steps * batch <= roomForBatches) steps *= 2
  return steps
}
