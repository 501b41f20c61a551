import {
  adam,
  compile,
  concat,
  crossEntropy,
  Module,
  Linear,
  Param,
  ready,
  repeated,
  seed,
  sgd,
  stack,
  tensor,
  trace,
  variables,
} from '@portolan/core'
import type { Graph } from '@portolan/core/engine'
import { onnx } from '@portolan/export-onnx'
import { beforeAll, describe, expect, it } from 'vitest'
import { interpret } from '../../packages/core/src/graph/trace.ts'
import { packState, type Packed } from '../../packages/export-onnx/src/pass/pack-state.ts'
import { Mlp } from './models.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const x = tensor(
  Float32Array.from({ length: 8 * 4 }, (_, i) => Math.sin(i)),
  [8, 4],
)
const y = tensor(Int32Array.from({ length: 8 }, (_, i) => i % 3))
const four = (t: typeof x) => stack([t, t, t, t])

function made(optimizer = adam(0.05, { weightDecay: 0.01 })) {
  seed(3)
  const model = new Mlp(4, 6, 5, 3)
  const step = (b: { x: typeof x; y: typeof y }) => optimizer.init(model).minimize(model, () => crossEntropy(model.forward(b.x), b.y))
  return { model, optimizer, step }
}
const ops = (g: Graph): string[] => g.nodes.flatMap(n => (n.op === 'scan' ? [n.op, ...ops(n.attrs.body)] : n.op))
const count = (g: Graph, op: string): number => ops(g).filter(o => o === op).length

/** The packed graph given the same numbers, its outputs in the order of the graph as it was. */
function runPacked({ graph, inputs, outputs }: Packed, args: (typeof x)[], given: Graph): number[][] {
  const joined = inputs.map(places => (places.length === 1 ? args[places[0]!]! : concat(places.map(i => args[i]!.flatten()))))
  const results: number[][] = []
  interpret(graph, joined).forEach((t, k) => {
    const numbers = Array.from(t.dataSync())
    for (const i of outputs[k]!)
      results[i] = numbers.splice(
        0,
        given.outputs[i]!.shape.reduce((a, b) => a * b, 1),
      )
  })
  return results
}

describe.each([
  ['a step', (s: ReturnType<typeof made>['step']) => s, { x, y }],
  ['four steps in one run', (s: ReturnType<typeof made>['step']) => repeated(s), { x: four(x), y: four(y) }],
] as const)('%s', (_, times, batch) => {
  it('updates all parameters as one vector, which goes in and out as one, bit for bit', () => {
    const { step } = made()
    const { graph, reads } = trace(times(step), [batch])
    const after = packState(graph)
    expect(count(graph, 'sqrt') - count(after.graph, 'sqrt')).toBe(5) // six parameters
    const vectors = after.inputs.filter(places => places.length > 1)
    expect(vectors.map(places => places.length)).toEqual([6, 6, 6]) // parameters and two moments
    expect(after.outputs.filter(places => places.length > 1)).toHaveLength(3)
    expect(after.inputs.flat().toSorted((a, b) => a - b)).toEqual(graph.inputs.map((_, i) => i))
    expect(after.outputs.flat().toSorted((a, b) => a - b)).toEqual(graph.outputs.map((_, i) => i))
    const args = [batch.x, batch.y, ...reads.map(v => v.latest)]
    expect(runPacked(after, args, graph)).toEqual(interpret(graph, args).map(t => Array.from(t.dataSync())))
  })
})

it('other options, another vector; a parameter alone stays as it is', () => {
  const groups = adam(0.05, { groups: [{ filter: /bias$/, lrScale: 0.5 }] })
  const { step } = made(groups)
  const { graph } = trace(step, [{ x, y }])
  expect(
    packState(graph)
      .inputs.filter(places => places.length > 1)
      .map(p => p.length),
  ).toEqual([3, 3, 3, 3, 3, 3])
  class One extends Module {
    readonly layer = new Linear(4, 3, { bias: false })
  }
  const one = new One()
  const optimizer = sgd(0.1, { momentum: 0.9 }).init(one)
  const alone = trace(() => optimizer.minimize(one, () => crossEntropy(one.layer.forward(x), y)), []).graph
  expect(packState(alone).inputs).toEqual(alone.inputs.map((_, i) => [i]))
})

it('state that a packed program left can be read, saved, set and used by another program', async () => {
  const engine = onnx({ threads: 1 })
  const { model, optimizer, step } = made()
  const plain = made()
  const [packed, eager] = [compile(step, { engine }), compile(plain.step)]
  const forward = compile((b: typeof x) => model.forward(b), { engine })
  for (let i = 0; i < 3; i++) {
    expect(await (await packed({ x, y })).item()).toBeCloseTo(await (await eager({ x, y })).item(), 5)
    const weights = [...variables(model, Param).values()]
    const theirs = [...variables(plain.model, Param).values()]
    for (const [k, p] of weights.entries())
      expect(Array.from(p.value.dataSync())).toEqual(Array.from(theirs[k]!.value.dataSync(), v => expect.closeTo(v, 5)))
    expect(Array.from(await (await forward(x)).data())).toEqual(Array.from(model.forward(x).dataSync(), v => expect.closeTo(v, 5)))
    // one parameter from elsewhere: the vector is put together anew
    const [bias, its] = [model.layers[1]!.bias!, plain.model.layers[1]!.bias!]
    bias.value = bias.value.mul(0)
    its.value = its.value.mul(0)
  }
  expect(optimizer.step.value.itemSync()).toBe(3)
})
