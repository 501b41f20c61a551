import type { Application, Thunk } from '../ops/op.ts'
import type { ScanAttrs } from '../ops/control.ts'
import type { Graph, Node, Value } from '../graph/graph.ts'
import { dce } from '../graph/passes/index.ts'
import { Trace } from '../graph/trace.ts'
import { opTable } from '../tensor/context.ts'
import { isFloat } from '../tensor/spec.ts'
import { apply, Tensor, zeros } from '../tensor/tensor.ts'
import { Tape } from './tape.ts'

/**
 * The gradient of a scan is a scan in the other direction. One step of it is the tape of the body, walked back:
 *   (dcarry, Σ dconst; saved, x, dy; const) → (dcarry before, Σ dconst; dx)
 * The forward scan is asked once more, for the values that this needs (`saved`); the pass `mergeScans` makes the two one.
 */
export function transposeScan({ x, gs, attrs }: Application<number, ScanAttrs>): Thunk[] {
  let memo: (Tensor | undefined)[] | undefined
  return x.map((t, i) => (isFloat(t) ? () => (memo ??= backward(x, gs, attrs))[i] ?? t.zerosLike() : null))
}

function backward(x: readonly Tensor[], gs: readonly (Tensor | undefined)[], attrs: ScanAttrs): (Tensor | undefined)[] {
  const { body, carries, xs, length, reverse } = attrs
  const isConst = (i: number) => i >= carries + xs

  // one step, forward and then back, in one trace
  const trace = new Trace() // what a gradient rule brings from outside are constants
  trace.adopt(body)
  const tensors = new Map<Value, Tensor>()
  const as = (v: Value): Tensor => tensors.get(v) ?? (tensors.set(v, new Tensor(v, v)), tensors.get(v)!)
  const tape = new Tape(body.inputs.filter(isFloat).map(as))
  for (const node of body.nodes) tape.record(entryOf(node, as))
  const seeds = body.outputs.map((v, i) => (isFloat(v) && (i < carries || gs[i]) ? trace.input(v) : undefined))
  const ins = body.inputs.map(as)
  const grads = trace.run(() => tape.gradients(body.outputs.map(as), seeds, ins))

  // constants: a product over t is one big product after the loop; anything else is summed up in the loop
  const steps: Sunk[] = []
  const floatCarries = body.outputs.slice(0, carries).flatMap((v, i) => (isFloat(v) ? [i] : []))
  const summed: number[] = []
  grads.forEach((g, i) => {
    if (!g || !isConst(i)) return
    const sunk = sink(trace, trace.value(g))
    if (sunk) steps[i] = sunk
    else summed.push(i)
  })
  const sums = summed.map(i => trace.input(body.inputs[i]!))
  const xGrads = grads.flatMap((g, i) => (g && i >= carries && !isConst(i) ? [i] : []))
  const forward = new Set<Value>([...body.inputs, ...body.nodes.flatMap(n => n.outputs)])
  const emitted = [...new Set(steps.flatMap(s => s.operands))].filter(v => !forward.has(v))
  const outputs = trace.run(() => [
    ...floatCarries.map(i => trace.value(grads[i] ?? ins[i]!.zerosLike())),
    ...summed.map((i, k) => trace.value(sums[k]!.add(grads[i]!))),
    ...xGrads.map(i => trace.value(grads[i]!)),
    ...emitted,
  ])

  // what of the forward step is needed: constants and x are at hand, what depends on neither carry nor x is made again, the rest is saved
  const varying = new Set<Value>(body.inputs.slice(0, carries + xs))
  for (const n of body.nodes) if (n.inputs.some(v => varying.has(v))) n.outputs.forEach(v => varying.add(v))
  const again = body.nodes.filter(n => !n.outputs.some(v => varying.has(v)))
  const back = dce({ inputs: [], nodes: [...again, ...trace.nodes.slice(body.nodes.length)], outputs })
  const used = new Set<Value>([...back.nodes.flatMap(n => n.inputs), ...outputs, ...steps.flatMap(s => s.operands)])
  const xAtHand = body.inputs.slice(carries, carries + xs)
  const constants = body.inputs.slice(carries + xs)
  const saved = [...used].filter(v => varying.has(v) && !xAtHand.includes(v))

  const first = apply('scan', x, { ...attrs, body: { ...body, outputs: [...body.outputs, ...saved] } })
  const stacks = new Map<Value, Tensor>([
    ...saved.map((v, i) => [v, first[body.outputs.length + i]!] as const),
    ...xAtHand.map((v, i) => [v, x[carries + i]!] as const),
  ])
  const perStep: [Value, Tensor][] = [
    ...[...stacks].filter(([v]) => used.has(v)),
    ...seeds.flatMap((s, i) => (s && i >= carries ? [[s.place as Value, gs[i]!] as [Value, Tensor]] : [])),
  ]
  const whole = constants.flatMap((v, i) => (used.has(v) ? [[v, x[carries + xs + i]!] as const] : []))
  const start: [Value, Tensor][] = [
    ...floatCarries.map(i => [seeds[i]!.place as Value, gs[i] ?? x[i]!.zerosLike()] as [Value, Tensor]),
    ...sums.map(s => [s.place as Value, zeros(s.shape)] as [Value, Tensor]),
  ]
  const inputs = [...start, ...perStep, ...whole]
  const graph: Graph = { inputs: inputs.map(([v]) => v), nodes: back.nodes, outputs }
  const results = apply(
    'scan',
    inputs.map(([, t]) => t),
    { body: graph, carries: start.length, xs: perStep.length, length, reverse: !reverse },
  )

  const out: (Tensor | undefined)[] = Array(x.length).fill(undefined)
  floatCarries.forEach((i, k) => (out[i] = results[k]))
  summed.forEach((i, k) => (out[i] = results[floatCarries.length + k]))
  xGrads.forEach((i, k) => (out[i] = results[start.length + k]))
  emitted.forEach((v, k) => stacks.set(v, results[start.length + xGrads.length + k]!))
  steps.forEach((s, i) => (out[i] = s.finish(s.operands.map(v => stacks.get(v)!))))
  return out
}

/** A node of a graph, as a tape hears it. */
function entryOf(node: Node, as: (v: Value) => Tensor) {
  const inputs = node.inputs.map(as)
  const outputs = node.outputs.map(as)
  const { vjp } = opTable()[node.op]
  return {
    inputs,
    outputs,
    vjp: (gs: readonly (Tensor | undefined)[]) => vjp?.({ x: inputs, y: outputs[0]!, ys: outputs, g: gs[0]!, gs, attrs: node.attrs }) ?? [],
  }
}

/** A gradient that is better finished after the loop, from the stacked operands. */
interface Sunk {
  operands: Value[]
  finish(stacked: Tensor[]): Tensor
}

function sink(trace: Trace, v: Value): Sunk | undefined {
  const node = trace.nodes.find(n => n.outputs.includes(v))
  if (!node) return undefined
  const [a, b] = node.inputs
  if (node.op === 'matmul' && node.attrs.transposeA && !node.attrs.transposeB && a!.shape.length === 2 && b!.shape.length === 2) {
    const flat = (t: Tensor) => t.reshape([-1, t.shape.at(-1)!]) // Σₜ aₜᵀbₜ = [a₁; a₂; …]ᵀ [b₁; b₂; …]
    return { operands: [a!, b!], finish: ([p, q]) => flat(p!).matmul(flat(q!), { transposeA: true }) }
  }
  if (node.op === 'sum' && node.attrs.axes.includes(0)) {
    return { operands: [a!], finish: ([p]) => p!.sum([0, ...node.attrs.axes.map((n: number) => n + 1)]).reshape(v.shape) }
  }
  return node.op === 'reshape' ? reshaped(sink(trace, a!), v) : undefined
}

const reshaped = (s: Sunk | undefined, v: Value): Sunk | undefined => s && { ...s, finish: stacked => s.finish(stacked).reshape(v.shape) }
