import { PortolanError, TraceError } from '../errors.ts'
import { bodyTrace, interpret, type Trace } from '../graph/trace.ts'
import { dce } from '../graph/passes/index.ts'
import type { Graph } from '../graph/graph.ts'
import type { Variable } from '../nn/variable.ts'
import { context, record, within } from '../tensor/context.ts'
import { apply, type Tensor } from '../tensor/tensor.ts'
import { isFloat, type Spec } from '../tensor/spec.ts'
import { leaves, rebuild, type Tree } from '../tree.ts'
import { Tape } from './tape.ts'

/** A new tensor that every listening tape sees as a function of x. */
function linked(x: Tensor): Tensor {
  const y = x.alias()
  record({ inputs: [x], outputs: [y], vjp: ([g]) => [() => g!] })
  return y
}

const scalar = (loss: Tensor): Tensor => {
  if (loss.shape.length) throw new PortolanError(`grad: a gradient needs a scalar, got [${loss.shape}]. Take .mean() or .sum()`)
  return loss
}

/** The gradient of a scalar function for each of its arguments. */
export function grad(f: (...x: Tensor[]) => Tensor): (...x: Tensor[]) => Tensor[] {
  return (...x) => {
    const args = x.map(linked) // so that an argument is not confused with the same tensor caught from outside
    const tape = new Tape(args)
    const y = scalar(tape.listen(() => f(...args)))
    return tape.gradients([y], [y.onesLike()], args).map((g, i) => g ?? x[i]!.zerosLike())
  }
}

/** Runs `f` and gives, beside its result, the gradient of its loss for each variable: of loss · scale, if there is a scale. */
export function valueAndGrad<R extends Tensor | { loss: Tensor }>(
  variables: readonly Variable[],
  f: () => R,
  scale?: Tensor,
): { value: R; grads: Tensor[] } {
  const watched = variables.map(v => v.value)
  const tape = new Tape(watched)
  const value = tape.listen(f)
  const loss = scalar('loss' in value ? value.loss : value)
  return { value, grads: tape.gradients([loss], [scale ?? loss.onesLike()], watched).map((g, i) => g ?? watched[i]!.zerosLike()) }
}

/** x, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => x.detach()

/**
 * A function with a gradient of your own. What `vjp` keeps of the forward pass stays differentiable, so it nests.
 * @example
 * const clipped = customVjp(x => ({ y: x!, vjp: g => [g.clip(-1, 1)] }))
 */
export function customVjp(f: (...x: Tensor[]) => { y: Tensor; vjp: (g: Tensor) => Tensor[] }): (...x: Tensor[]) => Tensor {
  return (...x) => {
    const { y, vjp } = f(...x)
    if (context().interpreter.traces) return written(y, x, vjp)
    const out = y.alias()
    record({
      inputs: x,
      outputs: [out],
      vjp: ([g]) => {
        let memo: Tensor[] | undefined
        return x.map((_, i) => () => (memo ??= vjp(g!))[i]!)
      },
    })
    return out
  }
}

/** In a trace the rule is written down, too, with what it keeps as inputs: a loop or a checkpoint around it must find it. */
function written(y: Tensor, x: readonly Tensor[], vjp: (g: Tensor) => Tensor[]): Tensor {
  const { graph: body, inputs: kept, trace } = closed(vjp, y)
  if ([...trace.state.values()].some(s => s.written)) throw new TraceError('customVjp: a gradient rule may not write variables')
  return apply('custom', [y, ...x, ...kept], { body, xs: x.length })[0]!
}

/** What `f` does, as a graph, with its arguments and everything that it uses from outside as inputs; of these, `inputs` are the latter. Variables are read and written once, here. */
function closed<A extends Spec[], R extends Tree>(
  f: (...x: { [K in keyof A]: Tensor }) => R,
  ...specs: A
): { graph: Graph; inputs: Tensor[]; result: R; trace: Trace } {
  const trace = bodyTrace()
  const own = specs.map(s => trace.input(s))
  const result = trace.run(() => f(...(own as { [K in keyof A]: Tensor })))
  const read = [...trace.state.values()].filter(s => s.input)
  const graph = dce({
    inputs: [...own.map(t => trace.value(t)), ...trace.captured.values(), ...read.map(s => trace.value(s.input!))],
    nodes: trace.nodes,
    outputs: [...leaves(result), ...[...trace.state.values()].filter(s => s.written).map(s => s.now)].map(t => trace.value(t)),
  })
  return { graph, inputs: [...trace.captured.keys(), ...read.map(s => s.outer!)], result, trace }
}

/** Computes `f` now, and again in the backward pass, so that between the two only its inputs are kept. */
export function checkpoint<R extends Tree>(f: () => R): R {
  const { graph, inputs, result, trace } = closed(f)
  const outputs = within({ recorders: [] }, () => interpret(graph, inputs)).map(t => t.alias())
  record({
    inputs,
    outputs,
    vjp: gs => {
      let memo: (Tensor | undefined)[] | undefined
      const backward = () => {
        const after = gs.find(g => g)!
        const again = inputs.map(x => (isFloat(x) ? x.op('barrier', [after], {}) : x))
        const tape = new Tape(again)
        return tape.gradients(
          tape.listen(() => interpret(graph, again)),
          gs,
          again,
        )
      }
      return inputs.map((x, i) => (isFloat(x) ? () => (memo ??= backward())[i] ?? x.zerosLike() : null))
    },
  })
  const n = leaves(result).length
  const written = [...trace.state].filter(([, s]) => s.written)
  written.forEach(([variable], i) => (variable.value = outputs[n + i]!))
  return rebuild(result, outputs.slice(0, n))
}
