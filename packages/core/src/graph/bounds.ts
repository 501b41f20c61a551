import { RangeError, userLine } from '../errors.ts'
import type { Graph, Node, Source, Value } from './graph.ts'

/** An integer input that is used as an index: its numbers must be 0 … below − 1. */
export interface Bound {
  /** Which input of the graph. */
  readonly input: number
  readonly below: number
  readonly op: string
  readonly source: Source | undefined
}

/** Ops that hand all numbers on as they are. Not slice: one part of an input may be an index into another table than the next. */
const passing = new Set(['reshape', 'transpose', 'broadcastTo', 'flip', 'concat', 'cast', 'stopGradient'])

/** The index that an op uses, and into how many; of several axes, the longest. */
function indexOf({ op, inputs: [x, y, z], attrs }: Node): { index: Value; below: number } | undefined {
  if (op === 'gather' || op === 'takeAlong') return { index: y!, below: x!.shape[attrs.axis ?? 0]! }
  if (op === 'gatherND') return { index: y!, below: Math.max(...x!.shape.slice(0, y!.shape.at(-1))) }
  if (op === 'scatterAdd') return { index: x!, below: attrs.rows }
  if (op === 'roiAlign') return { index: z!, below: x!.shape[0]! }
  if (op === 'addAlong') return { index: x!, below: attrs.length }
  return op === 'oneHot' ? { index: x!, below: attrs.depth } : undefined
}

/** Which inputs of a graph are indices, and into how many rows. Inside loops, too. */
export function bounds(graph: Graph): Bound[] {
  const found: Bound[] = []
  const sources = new Map<Value, number[]>(graph.inputs.map((v, i) => [v, [i]]))
  const visit = (g: Graph): void => {
    for (const { op, inputs, attrs, outputs } of g.nodes) {
      if (passing.has(op))
        sources.set(
          outputs[0]!,
          inputs.flatMap(v => sources.get(v) ?? []),
        )
      if (op === 'scan') {
        const body: Graph = attrs.body
        body.inputs.slice(attrs.carries).forEach((v, i) => sources.set(v, sources.get(inputs[attrs.carries + i]!) ?? []))
        visit(body)
      }
      const used = indexOf({ op, inputs, attrs, outputs })
      for (const input of (used && sources.get(used.index)) ?? []) found.push({ input, below: used!.below, op, source: outputs[0]!.source })
    }
  }
  visit(graph)
  const tightest = new Map<number, Bound>()
  for (const b of found) if (b.below < (tightest.get(b.input)?.below ?? Infinity)) tightest.set(b.input, b)
  return [...tightest.values()]
}

/** Engines would read elsewhere, give zeros or stop the process where an index is outside: it is looked for before. */
export function checkBound({ below, op, source }: Bound, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!
    if (v < 0 || v >= below)
      throw new RangeError(
        `${op}: index ${v} is outside 0 … ${below - 1}. Labels and ids count from 0: look at the data.\n    ${userLine(source?.error.stack)}`,
      )
  }
}
