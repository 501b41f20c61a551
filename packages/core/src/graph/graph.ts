import type { Module } from '../nn/module.ts'
import type { OpName } from '../ops/index.ts'
import type { DType, Shape, Spec } from '../tensor/spec.ts'

/** One call of a module while `withCalls` looks. */
export interface Call {
  readonly module: Module
  /** Where the module stands below the root: `layer1.0.conv1`. */
  readonly path: string
  /** The call that it happened in. */
  readonly within: Call | undefined
}

/** Whose work something is. */
export interface Source {
  /** Made by the line that asked for it. */
  readonly error: Error
  /** The module that it happened in, if calls are looked at. */
  readonly call: Call | undefined
  /** Whether it belongs to the gradient of what was asked for. */
  readonly gradient?: boolean
}

/** A value that exists only when the graph runs. */
export class Value implements Spec {
  readonly shape: Shape
  readonly dtype: DType
  readonly source: Source | undefined
  constructor(spec: Spec, source?: Source) {
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.source = source
  }
}

/** One op in a graph. */
export interface Node {
  readonly op: OpName
  readonly inputs: readonly Value[]
  // oxlint-disable-next-line typescript/no-explicit-any -- their type depends on the op's name, which is known only when it runs
  readonly attrs: any
  readonly outputs: readonly Value[]
}

/** How many nodes a graph had before a pass and after it, those in loops too. */
export interface PassEffect {
  readonly pass: string
  readonly before: number
  readonly after: number
}

/** A program in single assignment form: nodes stand in an order in which they can run. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly nodes: readonly Node[]
  readonly outputs: readonly Value[]
  /** Inputs that mostly stay the same from run to run: state that a step reads and does not write. */
  readonly fixed?: readonly Value[]
  /** What passes have done to it. */
  readonly effects?: readonly PassEffect[]
}
