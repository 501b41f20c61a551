import { TraceError } from '../errors.ts'
import type { Setting, Variable } from '../nn/variable.ts'
import { context, within, type Interpreter } from '../tensor/context.ts'
import { HostStorage, type Storage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import { leaves, rebuild, signature, type Tree } from '../tree.ts'
import { bounds, checkBound, type Bound } from './bounds.ts'
import type { Graph } from './graph.ts'
import { optimize } from './passes/index.ts'
import { Trace } from './trace.ts'

/** Makes programs out of graphs. */
export interface Engine {
  readonly name: string
  /** What the last digits of its results depend on, such as the number of threads: written into checkpoints. */
  facts?(): Promise<Readonly<Record<string, string | number>>>
  compile(graph: Graph): Promise<Program>
}

/** A graph made ready. It has no state of its own: storages in, storages out. */
export interface Program {
  run(inputs: readonly Storage[]): Promise<Storage[]>
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
  }
  return { graph: optimize(graph), result, reads: read.map(([v]) => v), writes: written.map(([v]) => v), settings: t.settings }
}

/** A step that runs on an engine. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): Promise<R>
  /** Every variable that it has changed so far. */
  readonly writes: ReadonlySet<Variable>
  /** Frees every program; the step can still be called, and is then made ready anew. */
  dispose(): Promise<void>
}

/**
 * Traces a step once for each signature of its arguments and runs it on an engine. The step is an ordinary function:
 * Variables that it reads and writes become state by themselves and stay where the engine computes.
 * Without an engine it runs op by op.
 */
export function compile<A extends unknown[], R extends Tree>(
  step: (...args: A) => R,
  { engine }: { engine?: Engine | undefined } = {},
): Compiled<A, R> {
  const programs = new Map<string, { traced: Traced<R>; program: Program; indices: Bound[] }[]>()
  const written = new Set<Variable>()

  async function prepared(args: A) {
    const key = signature(args)
    const list = programs.get(key) ?? []
    programs.set(key, list)
    const hit = list.find(({ traced }) => [...traced.settings].every(([s, v]) => s.plain === v))
    if (hit) return hit
    const traced = trace(step, args)
    const made = { traced, program: await engine!.compile(traced.graph), indices: bounds(traced.graph) }
    list.push(made)
    return made
  }

  async function once(args: A): Promise<R> {
    const {
      traced: { result, reads, writes },
      program,
      indices,
    } = await prepared(args)
    const results = leaves(result)
    const inputs = [...leaves(args).map(t => t.storage), ...reads.map(v => v.latest.storage)]
    for (const b of indices) if (inputs[b.input] instanceof HostStorage) checkBound(b, inputs[b.input]!.readSync())
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
      throw new TraceError('a compiled step cannot be called inside another step: call the function itself')
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
    dispose: async () => {
      for (const { program } of [...programs.values()].flat()) await program.dispose()
      programs.clear()
    },
  })
}

function synchronous<T>(result: T): T {
  if (result instanceof Promise)
    throw new TraceError('a step must be an ordinary function, not async: read data before it, and numbers from what it returns')
  return result
}

/** One run at a time: the next needs the state that this one leaves, whichever program they are. */
let last: Promise<unknown> = Promise.resolve()
function serially<T>(f: () => Promise<T>): Promise<T> {
  const next = last.then(f, f)
  last = next.catch(() => {})
  return next
}
