import type { OpName, Ops } from '../ops/index.ts'
import type { Thunk } from '../ops/op.ts'
import type { Call, Source, Value } from '../graph/graph.ts'
import type { Setting, Variable } from '../nn/variable.ts'
import type { Spec } from './spec.ts'
import type { Storage } from './storage.ts'
import type { Tensor } from './tensor.ts'

/** Gives ops and variables a meaning: does them (eager) or writes them down (trace). */
export interface Interpreter {
  /** Whether it writes down instead of doing. */
  readonly traces: boolean
  /** Resolves once it computes as fast as it will. */
  ready(): Promise<unknown>
  evaluate(name: OpName, x: readonly Tensor[], attrs: unknown, out: readonly Spec[]): readonly (Storage | Value)[]
  read(variable: Variable): Tensor
  write(variable: Variable, value: Tensor): void
  /** What is traced holds only while this setting stays as it is. */
  depend(setting: Setting<unknown>): void
  /** Runs `f` and frees what it made, but for the tensors kept and what variables stand on. */
  scope<T>(f: () => T, kept: (result: T) => readonly Tensor[]): T
}

/** One step that a tape may walk back. */
export interface Entry {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  vjp(gs: readonly (Tensor | undefined)[]): readonly Thunk[]
}

/** Listens to every op. */
export interface Recorder {
  record(entry: Entry): void
}

export interface Context {
  readonly interpreter: Interpreter
  readonly recorders: readonly Recorder[]
  /** Whose work this is, where that is not the calling line: the op whose gradient is being computed. */
  readonly source?: Source | undefined
  /** The module that is running, while `withCalls` looks. */
  readonly call?: Call | undefined
}

/** What decides what applying an op does: all of the library's ambient state. */
let current: Context = { interpreter: undefined as never, recorders: [] }
let table: Ops
export const context = (): Context => current
/** The records of all ops. They are handed in, not imported, so that op files may be written in tensor methods. */
export const opTable = (): Ops => table

/** The engine under everything and the ops, set once. */
export function install(interpreter: Interpreter, ops: Ops): void {
  current = { interpreter, recorders: [] }
  table = ops
}

/** Runs `f` in a changed context and puts the old one back, whatever happens. */
export function within<T>(change: Partial<Context>, f: () => T): T {
  const before = current
  current = { ...current, ...change }
  try {
    return f()
  } finally {
    current = before
  }
}

/** Tells every tape. */
export function record(entry: Entry): void {
  for (const r of current.recorders) r.record(entry)
}
