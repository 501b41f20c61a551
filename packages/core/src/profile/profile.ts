import { PortolanError, RangeError, TraceError, userLine } from '../errors.ts'
import { trace, type Engine, type Measured } from '../graph/compile.ts'
import type { Graph, Node, Source } from '../graph/graph.ts'
import { withCalls } from '../nn/calls.ts'
import { context } from '../tensor/context.ts'
import { toBatch, type Batch, type HostBatch } from '../train/batch.ts'
import type { TrainStep } from '../train/supervised.ts'
import { bytesOf, flopsOf } from './flops.ts'
import { measureEagerly } from './measure-eagerly.ts'

/** Whose work something is. */
export interface Origin {
  /** An op, or in brackets what the engine did for itself. */
  readonly op: string
  /** The module in which it was asked for, by its path below the step's state: `model.conv1`, `optimizer`; '' outside of all. */
  readonly module: string
  /** The file and line that asked for it, '' if that is not known. */
  readonly line: string
  /** Whether it belongs to the gradient of what stands there. */
  readonly gradient: boolean
}

/** What one op of one line in one module takes in one step. */
export interface ProfileRow extends Origin {
  /** How often it runs. */
  readonly calls: number
  readonly ms: number
  /** Of the time of all ops, 0 … 1. */
  readonly share: number
  /** Floating-point operations: sums, products, comparisons and functions count one each. */
  readonly flops: number
  /** What it has to read and to write at least. */
  readonly bytes: number
  /** 10⁹ operations a second. */
  readonly gflops: number
}

/** Something that ran, in ms since the first measured step began. */
export interface ProfileEvent extends Origin {
  /** How the engine calls it. */
  readonly kernel: string
  readonly start: number
  readonly ms: number
}

/** Where the time of a step goes. A plain object: it can be kept as JSON. */
export interface Profile {
  /** What computed: the engine's name, or 'eager'. */
  readonly engine: string
  /** How many steps were measured. */
  readonly steps: number
  /** Of one step: the median of all that were measured. */
  readonly ms: number
  /** The costliest first. Times are medians over the steps, too; what is missing to `ms` passes between ops. */
  readonly rows: readonly ProfileRow[]
  readonly events: readonly ProfileEvent[]
}

/** Options of `profile`. */
export interface ProfileOptions {
  /** What runs it; without one it runs op by op. */
  engine?: Engine
  /** How many steps are measured; default 10. */
  steps?: number
  /** How many run before, unmeasured; default 3. */
  warmups?: number
  /** Models and optimizers by name, where the step does not say it itself. */
  state?: unknown
}

/**
 * Finds out where the time of a step goes: by op, by module and by line, its forward pass, gradients and update apart. The step runs
 * on one batch, again and again from the same state; nothing of what it changes is kept.
 *
 * Modules are known by their paths in the step's `state`; of a step that is only a function, give `state` here.
 * @throws PortolanError if the engine can't tell what its ops take; RangeError for fewer than one step.
 * @example
 * const step = supervised({ model, loss: crossEntropy, optimizer: adam(1e-3) })
 * const found = await profile(step, batch, { engine: onnx() })
 * console.log(profileTable(found, { by: 'module' }))
 * await writeFileAtomic('step.json', chromeTrace(found))   // from @portolan/core/node; opens in ui.perfetto.dev
 */
export async function profile(
  step: TrainStep | ((batch: Batch) => unknown),
  batch: HostBatch,
  { engine, steps = 10, warmups = 3, state = typeof step === 'function' ? undefined : step.state }: ProfileOptions = {},
): Promise<Profile> {
  if (!(Number.isInteger(steps) && steps >= 1 && Number.isInteger(warmups) && warmups >= 0))
    throw new RangeError(`profile: steps must be a whole number of at least 1 and warmups one of at least 0, got ${steps} and ${warmups}.`)
  if (context().interpreter.traces) throw new TraceError('profile: a step cannot be measured inside another one that is traced.')
  const train = typeof step === 'function' ? step : (b: Batch) => step.train(b)
  const given = toBatch(batch)
  if (!engine)
    return summed('eager', await measureEagerly(() => deeply(() => withCalls(state, () => train(given))), warmups + steps), warmups)
  if (!engine.profile) throw new PortolanError(`profile: the engine ${engine.name} can't tell what its ops take. Use onnx(), or none.`)
  const { graph, reads } = deeply(() => withCalls(state, () => trace(train, [given])))
  const inputs = [...Object.values(given), ...reads.map(v => v.latest)].map(t => t.storage)
  return summed(engine.name, await engine.profile(graph, inputs, warmups + steps), warmups)
}

/** Runs `f` with stacks long enough to reach from an op through all modules to the user's lines. */
function deeply<T>(f: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  try {
    return f()
  } finally {
    Error.stackTraceLimit = limit
  }
}

interface Count {
  calls: number
  flops: number
  bytes: number
  /** In each of the steps. */
  readonly times: number[]
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

function summed(engine: string, { graph, kernels, runs }: Measured, warmups: number): Profile {
  const known = new Map<Source, Pick<Origin, 'module' | 'line' | 'gradient'>>()
  const placed = (source: Source | undefined): Pick<Origin, 'module' | 'line' | 'gradient'> => {
    if (!source) return { module: '', line: '', gradient: false }
    let place = known.get(source)
    if (!place) known.set(source, (place = { module: source.call?.path ?? '', line: lineOf(source), gradient: source.gradient ?? false }))
    return place
  }
  const origin = ({ op, outputs }: Node): Origin => ({ op, ...placed(outputs[0]?.source) })
  const counts = new Map<string, Origin & Count>()
  const countOf = (of: Origin): Count => {
    const key = JSON.stringify([of.op, of.module, of.line, of.gradient])
    if (!counts.has(key)) counts.set(key, { ...of, calls: 0, flops: 0, bytes: 0, times: runs.slice(warmups).fill(0) })
    return counts.get(key)!
  }
  const visit = ({ nodes }: Graph, times: number): void => {
    for (const node of nodes) {
      const total = countOf(origin(node))
      total.calls += times
      total.flops += times * flopsOf(node)
      total.bytes += times * bytesOf(node)
      if (node.op === 'scan') visit(node.attrs.body as Graph, times * (node.attrs.length as number))
    }
  }
  visit(graph, 1)

  const measured = kernels.filter(k => k.run >= warmups)
  const began = measured[0]?.start ?? 0
  const events = measured.map(({ node, name, run, start, ms, own }): ProfileEvent => {
    const of = node ? origin(node) : { op: `(${name})`, module: '', line: '', gradient: false }
    countOf(of).times[run - warmups]! += own
    return { ...of, kernel: name, start: start - began, ms }
  })
  const rows = [...counts.values()].map(({ times, ...count }) => ({ ...count, ms: median(times) })).filter(row => row.ms > 0)
  const all = rows.reduce((n, row) => n + row.ms, 0)
  return {
    engine,
    steps: runs.length - warmups,
    ms: median(runs.slice(warmups)),
    rows: rows.map(row => ({ ...row, share: row.ms / all, gflops: row.flops / row.ms / 1e6 })).toSorted((a, b) => b.ms - a.ms),
    events,
  }
}

/** `/home/me/model.ts:12`, of a line of a stack. */
function lineOf({ error }: Source): string {
  const [, file, line] = /((?:\w+:\/\/|\/|[A-Z]:)[^()]*?):(\d+)(?::\d+)?\)?$/.exec(userLine(error.stack)) ?? []
  return file ? `${file.replace(/^file:\/\//, '')}:${line}` : ''
}
