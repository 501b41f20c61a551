import { PortolanError } from '../errors.ts'
import type { Call, Node, Value } from '../graph/graph.ts'
import { dce } from '../graph/passes/index.ts'
import { Trace } from '../graph/trace.ts'
import { withCalls } from '../nn/calls.ts'
import type { Module } from '../nn/module.ts'
import type { Variable } from '../nn/variable.ts'
import type { Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { leaves } from '../tree.ts'

/** One call of a module, with everything that happened in it. */
export interface Ran {
  readonly call: Call
  readonly calls: Ran[]
  /** Ops of its own, and those of the calls in it. */
  readonly own: Node[]
  readonly all: Node[]
}

/** A trace that remembers what was put into variables. */
class Watched extends Trace {
  readonly written = new Set<Value>()
  override write(variable: Variable, value: Tensor): void {
    super.write(variable, value)
    this.written.add(this.value(value))
  }
}

/** A model that has run once, with tensors that have no numbers: nothing of it is changed. */
export interface RunOfModel {
  readonly root: Ran
  readonly nodes: readonly Node[]
  /** What was put into variables. */
  readonly written: ReadonlySet<Value>
  readonly results: ReadonlyMap<Call, readonly Tensor[]>
  readonly inputs: readonly (readonly [name: string, value: Value])[]
  readonly outputs: readonly (readonly [name: string, value: Value])[]
}

export function runModel(model: Module & { forward(...x: never[]): unknown }, ports: Readonly<Record<string, Spec>>): RunOfModel {
  const trace = new Watched()
  const inputs = Object.entries(ports).map(([name, spec]) => [name, trace.input(spec)] as const)
  const results = new Map<Call, readonly Tensor[]>()
  const given = withCalls(
    model,
    () => trace.run(() => model.forward(...(inputs.map(([, x]) => x) as never[]))),
    (call, _, result) => results.set(call, leaves(result)),
  )
  const found = leaves(given)
  if (!found.length) throw new PortolanError(`plotModel: ${model.constructor.name}.forward gave no tensor. It must give what it computes.`)
  const names = found.length === Object.keys(given as object).length && !Array.isArray(given) ? Object.keys(given as object) : undefined
  const outputs = found.map((t, i) => [names?.[i] ?? (found.length > 1 ? `output ${i}` : 'output'), trace.value(t)] as const)

  const { nodes } = dce({ inputs: [], nodes: trace.nodes, outputs: outputs.map(([, v]) => v) })
  const root: Ran = { call: { module: model, path: '', within: undefined }, calls: [], own: [], all: [] }
  const rans = new Map<Call, Ran>()
  const ranOf = (call: Call | undefined): Ran => {
    if (!call?.within) return root
    let ran = rans.get(call)
    if (!ran) {
      rans.set(call, (ran = { call, calls: [], own: [], all: [] }))
      ranOf(call.within).calls.push(ran)
    }
    return ran
  }
  for (const node of nodes) {
    const call = node.outputs[0]!.source?.call
    ranOf(call).own.push(node)
    for (let c = call; c?.within; c = c.within) ranOf(c).all.push(node)
  }
  return { root, nodes, written: trace.written, results, inputs: inputs.map(([name, x]) => [name, trace.value(x)]), outputs }
}
