import { expect, it } from 'vitest'
import { grad, HostRng, maxPool2d, tensor, trace, type Tensor } from '../../index.ts'
import { interpret } from '../trace.ts'

const rng = new HostRng(3)
const x = tensor(
  Float32Array.from({ length: 2 * 3 * 6 * 6 }, () => Math.round(2 * rng.normal()) / 2),
  [2, 3, 6, 6],
) // with ties
const opsOf = (f: (x: Tensor) => unknown) => trace(f, [x]).graph.nodes.map(n => n.op)

it('pools first, forward and backward, with the same numbers', async () => {
  const f = (t: Tensor) => maxPool2d(t.relu(), 2).square().sum()
  const both = (t: Tensor) => [maxPool2d(t.relu(), 2), grad(f)(t)[0]!]
  const { graph } = trace(both, [x])
  const order = graph.nodes.map(n => n.op)
  expect(order.indexOf('maxPool')).toBeLessThan(order.indexOf('relu'))
  expect(graph.nodes.find(n => n.op === 'relu')!.outputs[0]!.shape).toEqual([2, 3, 3, 3])
  expect(graph.nodes.find(n => n.op === 'greater')!.outputs[0]!.shape).toEqual([2, 3, 3, 3])
  const [y, g] = interpret(graph, [x])
  const [expectedY, expectedG] = both(x)
  expect(await y!.data()).toEqual(await expectedY!.data())
  expect(await g!.data()).toEqual(await expectedG!.data())
})

it('leaves a graph alone that looks at the ReLU otherwise', () => {
  const before = (ops: string[]) => ops.indexOf('relu') < ops.indexOf('maxPool')
  expect(before(opsOf(t => [maxPool2d(t.relu(), 2), t.relu().sum()]))).toBe(true)
  expect(before(opsOf(t => { const r = t.relu(); return [maxPool2d(r, 2), r] }))).toBe(true) // prettier-ignore
  // a second derivative gathers at the places of the maxima
  const twice = (t: Tensor) =>
    grad(s =>
      grad(u => maxPool2d(u.relu(), 2).square().sum())(s)[0]!
        .square()
        .sum(),
    )(t)[0]!
  const { graph } = trace(twice, [x])
  expect(graph.nodes.some(n => n.op === 'gather')).toBe(true)
})
