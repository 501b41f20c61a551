import { expect, it } from 'vitest'
import { grad, HostRng, maxPool2d, tensor, trace, type Tensor } from '../../index.ts'
import { interpret } from '../trace.ts'

const rng = new HostRng(3)
const x = tensor(
  Float32Array.from({ length: 2 * 3 * 5 * 7 }, () => Math.round(2 * rng.normal()) / 2),
  [2, 3, 5, 7],
) // with ties
const bias = tensor([0.5, -1, 2])

it.each([
  ['windows of 2 × 2', { stride: 2, padding: 0 }],
  ['overlapping windows with padding', { stride: 1, padding: 1 }],
])('the gradient of a bias before a pooling is summed after it: %s', async (_, window) => {
  const f = (b: Tensor) =>
    grad(c =>
      maxPool2d(x.add(c!.reshape([3, 1, 1])), 2, window)
        .square()
        .sum(),
    )(b)[0]!
  const { graph } = trace(f, [bias])
  expect(graph.nodes.map(n => n.op)).not.toContain('maxUnpool')
  const [sums] = interpret(graph, [bias])
  const all = grad(t =>
    maxPool2d(t!.add(bias.reshape([3, 1, 1])), 2, window)
      .square()
      .sum(),
  )(x)[0]!.sum([0, 2, 3])
  expect(await sums!.data()).toEqual(await all.data())
})

it('stays where images are not summed as a whole', () => {
  const rows = (t: Tensor) => grad(u => maxPool2d(u!, 2).square().sum())(t)[0]!.sum([0, 3])
  expect(trace(rows, [x]).graph.nodes.map(n => n.op)).toContain('maxUnpool')
})
