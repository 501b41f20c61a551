import { trace } from '../graph/compile.ts'
import type { Value } from '../graph/graph.ts'
import { sourceOf } from '../graph/trace.ts'
import type { Variable } from '../nn/variable.ts'
import { apply, type Tensor } from '../tensor/tensor.ts'
import { leaves } from '../tree.ts'
import type { Batch } from './batch.ts'
import type { StepLogs } from './supervised.ts'

/** An op that made numbers that are not finite out of finite ones. */
export interface BadOp {
  readonly op: string
  /** Of the program that asked for it, or for what it is the gradient of. */
  readonly line: string
  readonly made: 'NaN' | 'Infinity'
  /** Smallest and largest of the numbers that it was given. */
  readonly range: readonly [number, number]
}

/** Ops that may well give infinite numbers: they were asked to. */
const given = new Set(['full', 'constant'])

/**
 * Takes a step apart and does it op by op, to find out where its numbers are no longer finite. Nothing is changed.
 * @returns the first op that made a NaN out of none and, before it, the first that made an infinite number.
 */
export async function firstBadOps(
  train: (batch: Batch) => StepLogs,
  batch: Batch,
  state: ReadonlyMap<Variable, Tensor>,
): Promise<{ nan?: BadOp; infinite?: BadOp }> {
  const { graph, reads } = trace(train, [batch])
  const args = [...leaves([batch]), ...reads.map(v => state.get(v) ?? v.latest)]
  const made = new Map<Value, { t: Tensor; seen: Seen }>()
  for (const [i, v] of graph.inputs.entries()) made.set(v, { t: args[i]!, seen: await look(args[i]!) })
  let infinite: BadOp | undefined
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(v => made.get(v)!)
    const outputs = apply(
      node.op,
      inputs.map(x => x.t),
      node.attrs,
    )
    for (const [i, t] of outputs.entries()) {
      const seen = await look(t)
      made.set(node.outputs[i]!, { t, seen })
      const bad = (what: BadOp['made']): BadOp => ({
        op: node.op,
        line: sourceOf(node),
        made: what,
        range: [Math.min(...inputs.map(x => x.seen.low)), Math.max(...inputs.map(x => x.seen.high))],
      })
      if (seen.nan && !inputs.some(x => x.seen.nan)) return { nan: bad('NaN'), ...(infinite && { infinite }) }
      if (seen.infinite && !inputs.some(x => x.seen.infinite) && !given.has(node.op)) infinite ??= bad('Infinity')
    }
  }
  return infinite ? { infinite } : {}
}

interface Seen {
  readonly nan: boolean
  readonly infinite: boolean
  readonly low: number
  readonly high: number
}

/** What kind of numbers a tensor holds. */
export async function look(t: Tensor): Promise<Seen> {
  const data = await t.data()
  let [low, high, nan] = [Infinity, -Infinity, false]
  for (const v of data) {
    if (Number.isNaN(v)) nan = true
    if (v < low) low = v
    if (v > high) high = v
  }
  return { nan, infinite: low === -Infinity || high === Infinity, low, high }
}
