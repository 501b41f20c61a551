import { TraceError, userLine } from '../errors.ts'
import type { Setting, Variable } from '../nn/variable.ts'
import type { OpName } from '../ops/index.ts'
import { context, within, type Context, type Interpreter } from '../tensor/context.ts'
import type { Spec } from '../tensor/spec.ts'
import { Storage } from '../tensor/storage.ts'
import { apply, Tensor } from '../tensor/tensor.ts'
import { Value, type Graph, type Node, type Source } from './graph.ts'

/** A variable as one trace knows it. */
interface State {
  /** The input that stands for its value at the start, if that was read. */
  input?: Tensor
  /** Its value in the enclosing context, when there is one. */
  outer?: Tensor
  now: Tensor
  written: boolean
}

/**
 * Writes ops down instead of doing them. With `outer`, it is the body of a control op: tensors and variables from
 * outside become inputs. Without, it is a whole program: tensors from outside become constants.
 */
export class Trace implements Interpreter {
  readonly traces = true
  readonly nodes: Node[] = []
  readonly captured = new Map<Tensor, Value>()
  readonly state = new Map<Variable, State>()
  readonly settings = new Map<Setting<unknown>, unknown>()
  readonly #own = new Set<Value>()
  readonly #constants = new Map<Storage, Value>()

  constructor(readonly outer?: Context) {}

  /** Runs `f`, writing down what it does. No tape outside hears it. */
  run<T>(f: () => T): T {
    return within({ interpreter: this, recorders: [] }, f)
  }

  input(spec: Spec): Tensor {
    const value = new Value(spec)
    this.#own.add(value)
    return new Tensor(spec, value)
  }

  /** Continues from a graph that is already there. */
  adopt(graph: Graph): void {
    for (const v of graph.inputs) this.#own.add(v)
    for (const node of graph.nodes) this.#push(node)
  }

  /** The value that a tensor is in this trace. */
  value(x: Tensor): Value {
    const { place } = x
    if (place instanceof Value && this.#own.has(place)) return place
    if (this.outer) {
      let input = this.captured.get(x)
      if (!input) this.captured.set(x, (input = this.input(x).place as Value))
      return input
    }
    if (place instanceof Value)
      throw new TraceError(
        `a tensor of another trace [${x.shape}] is used here: a traced tensor must not outlive its step; keep it in a Variable`,
      )
    let constant = this.#constants.get(place)
    if (!constant) {
      const attrs = { data: place.readSync(), shape: [...x.shape], dtype: x.dtype }
      this.#constants.set(place, (constant = new Value(x)))
      this.#push({ op: 'constant', inputs: [], attrs, outputs: [constant] })
    }
    return constant
  }

  evaluate(op: OpName, x: readonly Tensor[], attrs: unknown, out: readonly Spec[]): Value[] {
    const inputs = x.map(t => this.value(t))
    const { source = { error: new Error(op), call: context().call } } = context()
    const outputs = out.map(spec => new Value(spec, source))
    this.#push({ op, inputs, attrs, outputs })
    return outputs
  }

  read(variable: Variable): Tensor {
    const known = this.state.get(variable)
    if (known) return known.now
    const input = this.input(variable)
    const outer = this.outer && within(this.outer, () => variable.value)
    this.state.set(variable, { input, now: input, written: false, ...(outer && { outer }) })
    return input
  }

  write(variable: Variable, value: Tensor): void {
    const known = this.state.get(variable)
    if (known) Object.assign(known, { now: value, written: true })
    else this.state.set(variable, { now: value, written: true })
  }

  depend(setting: Setting<unknown>): void {
    this.settings.set(setting, setting.plain)
    if (this.outer) this.outer.interpreter.depend(setting)
  }

  async ready(): Promise<void> {}

  scope<T>(f: () => T): T {
    return f()
  }

  #push(node: Node): void {
    this.nodes.push(node)
    for (const v of node.outputs) this.#own.add(v)
  }
}

/** Traces the body of a control op in the present context. */
export const bodyTrace = (): Trace => new Trace(context())

/** Applies every op of a graph to real arguments, in the present context. It stays known whose work an op is. */
export function interpret(graph: Graph, args: readonly Tensor[]): Tensor[] {
  const made = new Map<Value, Tensor>(graph.inputs.map((v, i) => [v, args[i]!]))
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    const x = inputs.map(v => made.get(v)!)
    within({ source: again(outputs[0]?.source) }, () => apply(op, x, attrs)).forEach((t, i) => made.set(outputs[i]!, t))
  }
  return graph.outputs.map(v => made.get(v)!)
}

/** The source of something that is done again: now it may be part of a gradient. */
const again = (source: Source | undefined): Source | undefined => {
  const now = context().source
  return source && now?.gradient ? { ...source, gradient: true } : (source ?? now)
}

/** Where the user wrote a node. */
export const sourceOf = (node: Node): string => userLine(node.outputs[0]?.source?.error.stack)
