import { RangeError, userLine } from '../errors.ts'
import type { Graph, Value } from './graph.ts'

/** An integer input that is used as an index: its numbers must be 0 … below − 1. */
export interface Bound {
  /** Which input of the graph. */
  readonly input: number
  readonly below: number
  readonly op: string
  readonly source: Error | undefined
}

/** Ops that hand numbers on as they are. */
const passing = new Set(['reshape', 'transpose', 'broadcastTo', 'slice', 'concat', 'cast'])

/** Which inputs of a graph are indices, and into how many rows. Inside loops, too. */
export function bounds(graph: Graph): Bound[] {
  const found: Bound[] = []
  const sources = new Map<Value, number[]>(graph.inputs.map((v, i) => [v, [i]]))
  const visit = (g: Graph): void => {
    for (const { op, inputs, attrs, outputs } of g.nodes) {
      if (passing.has(op)) sources.set(outputs[0]!, inputs.flatMap(v => sources.get(v) ?? []))
      if (op === 'scan') {
        const body: Graph = attrs.body
        body.inputs.slice(attrs.carries).forEach((v, i) => sources.set(v, sources.get(inputs[attrs.carries + i]!) ?? []))
        visit(body)
      }
      const index = op === 'gather' ? inputs[1] : op === 'scatterAdd' || op === 'oneHot' ? inputs[0] : undefined
      const below = op === 'gather' ? inputs[0]!.shape[0]! : op === 'oneHot' ? attrs.depth : attrs.rows
      for (const input of (index && sources.get(index)) ?? []) found.push({ input, below, op, source: outputs[0]!.source })
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
    if (v < 0 || v >= below) throw new RangeError(`${op}: index ${v} is outside 0 … ${below - 1}\n    ${userLine(source?.stack)}`)
  }
}
