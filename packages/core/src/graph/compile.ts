import { TraceError } from '../errors.ts'
import type { Setting, Variable } from '../nn/variable.ts'
import { context, within, type Interpreter } from '../tensor/context.ts'
import { HostStorage, type Storage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import { leaves, rebuild, signature, type Tree } from '../tree.ts'
import { bounds, checkBound, type Bound } from './bounds.ts'
import type { Graph, Node } from './graph.ts'
import { optimize } from './passes/index.ts'
import { Trace } from './trace.ts'

/** Makes programs out of graphs. */
export interface Engine {
  readonly name: string
  /** What the last digits of its results depend on, such as the number of threads: written into checkpoints. */
  facts?(): Promise<Readonly<Record<string, string | number>>>
  /**
   * Makes a graph ready to run.
   * @throws EngineError where it cannot.
   */
  compile(graph: Graph): Promise<Program>
  /** Whether several steps had better be one run, since each run copies all that it writes. Default: it does not. */
  copiesState?(): Promise<boolean>
  /** Runs a graph so many times on the same inputs and says what its ops took; an engine that can't tell has no such method. */
  profile?(graph: Graph, inputs: readonly Storage[], runs: number): Promise<Measured>
}

/** What the ops of a graph took. */
export interface Measured {
  /** What ran, after the engine's own passes. */
  readonly graph: Graph
  /** In the order in which they began, run after run. */
  readonly kernels: readonly Kernel[]
  /** How long each run took as a whole, in ms. */
  readonly runs: readonly number[]
}

/** Something that an engine did in a run. */
export interface Kernel {
  /** What it was done for, if for one of the graph's ops. */
  readonly node: Node | undefined
  /** How the engine calls it. */
  readonly name: string
  /** Which run it belongs to, from 0. */
  readonly run: number
  /** When it began, in ms since the first of these runs began. */
  readonly start: number
  /** What it took until it ended, and without what ran inside of it. */
  readonly ms: number
  readonly own: number
}

/** A graph made ready. It has no state of its own: storages in, storages out. */
export interface Program {
  /** What the graph makes of its inputs, given and returned in the graph's order. */
  run(inputs: readonly Storage[]): Promise<Storage[]>
  /** Gives back what the engine holds; it cannot run afterwards. */
  dispose(): Promise<void>
}

/** A step written down: its graph takes arguments and state, and gives results and state. */
export interface Traced<R> {
  readonly graph: Graph
  readonly result: R
  readonly reads: readonly Variable[]
  readonly writes: readonly Variable[]
  readonly settings: ReadonlyMap<Setting<unknown>, unknown>
}

/** Traces a function once. The order of the graph's inputs is arguments, reads; of its outputs, results, writes. */
export function trace<A extends unknown[], R extends Tree>(f: (...args: A) => R, args: A): Traced<R> {
  const t = new Trace()
  const inputs = leaves(args).map(x => t.input(x))
  const result = t.run(() => synchronous(f(...rebuild(args, inputs))))
  const read = [...t.state].filter(([, s]) => s.input)
  const written = [...t.state].filter(([, s]) => s.written)
  const value = (x: Tensor) => t.value(x)
  const graph = {
    inputs: [...inputs, ...read.map(([, s]) => s.input!)].map(value),
    outputs: [...leaves(result), ...written.map(([, s]) => s.now)].map(value),
    nodes: t.nodes,
    fixed: read.filter(([, s]) => !s.written).map(([, s]) => value(s.input!)),
  }
  return { graph: optimize(graph), result, reads: read.map(([v]) => v), writes: written.map(([v]) => v), settings: t.settings }
}

/** One way in which a step is run. */
interface Entry<R> {
  readonly traced: Traced<R>
  readonly indices: Bound[]
  program?: Program
  /** When it was asked for last. */
  used: number
}

/** How many ways of running one step are kept ready: one for each signature of its arguments, and each setting. */
const atMost = 32

/** Takes out what has not been used for longest. */
function overdue<R>(programs: Map<string, Entry<R>[]>, present: Entry<R>): Entry<R>[] {
  const all = [...programs.values()].flat()
  const old = all
    .filter(e => e !== present)
    .toSorted((a, b) => a.used - b.used)
    .slice(0, Math.max(0, all.length - atMost))
  if (old.length)
    for (const [key, list] of programs) {
      const left = list.filter(e => !old.includes(e))
      if (left.length) programs.set(key, left)
      else programs.delete(key)
    }
  return old
}

/** A step that runs on an engine. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): Promise<R>
  /** Every variable that it has changed so far. */
  readonly writes: ReadonlySet<Variable>
  /** @internal What is written down for such arguments; nothing is made ready to run. */
  traced(...args: A): Traced<R>
  /** Frees every program; the step can still be called, and is then made ready anew. */
  dispose(): Promise<void>
}

/**
 * Traces a step once for each signature of its arguments and runs it on an engine; the 32 used last are kept. The step is an ordinary function:
 * Variables that it reads and writes become state by themselves and stay where the engine computes.
 * Without an engine it runs op by op.
 */
export function compile<A extends unknown[], R extends Tree>(
  step: (...args: A) => R,
  { engine }: { engine?: Engine | undefined } = {},
): Compiled<A, R> {
  const programs = new Map<string, Entry<R>[]>()
  const written = new Set<Variable>()
  let uses = 0

  function known(args: A): Entry<R> {
    const key = signature(args)
    const list = programs.get(key) ?? []
    programs.set(key, list)
    const hit = list.find(({ traced }) => [...traced.settings].every(([s, v]) => s.plain === v))
    if (hit) return Object.assign(hit, { used: ++uses })
    const traced = trace(step, args)
    const made: Entry<R> = { traced, indices: bounds(traced.graph), used: ++uses }
    list.push(made)
    return made
  }

  async function once(args: A): Promise<R> {
    const entry = known(args)
    const { result, reads, writes, graph } = entry.traced
    if (!entry.program) {
      entry.program = await engine!.compile(graph)
      for (const old of overdue(programs, entry)) await old.program?.dispose()
    }
    const { program } = entry
    const results = leaves(result)
    const inputs = [...leaves(args).map(t => t.storage), ...reads.map(v => v.latest.storage)]
    for (const b of entry.indices) if (inputs[b.input] instanceof HostStorage) checkBound(b, inputs[b.input]!.readSync())
    const outputs = await program.run(inputs)
    const left = writes.map(v => v.latest.storage)
    writes.forEach((v, i) => {
      written.add(v)
      const storage = outputs[results.length + i]!
      storage.hidden = true
      v.latest = new Tensor(v, storage)
    })
    for (const s of left) if (s.hidden && s.owners === 0) s.dispose() // a device would wait for the garbage collector, which sees no need
    return rebuild(
      result,
      results.map((t, i) => new Tensor(t, outputs[i]!)),
    )
  }

  const run = (...args: A): Promise<R> => {
    if (context().interpreter instanceof Trace)
      throw new TraceError('compile: a compiled step cannot be called inside another step. Call the function itself.')
    return serially(async () => {
      if (engine) return once(args)
      const { interpreter } = context()
      await interpreter.ready()
      const write: Interpreter['write'] = (v, value) => (written.add(v), interpreter.write(v, value))
      return interpreter.scope(() => within({ interpreter: { ...interpreter, write } }, () => synchronous(step(...args))), leaves)
    })
  }
  return Object.assign(run, {
    writes: written,
    traced: (...args: A) => known(args).traced,
    dispose: async () => {
      for (const { program } of [...programs.values()].flat()) await program?.dispose()
      programs.clear()
    },
  })
}

function synchronous<T>(result: T): T {
  if (result instanceof Promise)
    throw new TraceError(
      'compile: a step must be an ordinary function, got an async one. Read data before it, and numbers from what it returns.',
    )
  return result
}

/** One run at a time: the next needs the state that this one leaves, whichever program they are. */
let last: Promise<unknown> = Promise.resolve()
function serially<T>(f: () => Promise<T>): Promise<T> {
  const next = last.then(f, f)
  last = next.catch(() => {})
  return next
}
