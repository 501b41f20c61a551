import { describe, expect, it } from 'vitest'
import { full, grad, ones, scan, tensor, trace, zeros, type Tensor } from '../index.ts'
import { Tensor as Made } from '../tensor/tensor.ts'
import { Trace, interpret } from './trace.ts'
import type { Graph } from './graph.ts'
import { cse, dce, mergeScans, optimize, simplify } from './passes/index.ts'

/** A graph as it is written, before any pass. */
function written(f: (...x: Tensor[]) => Tensor[], x: Tensor[]): Graph {
  const t = new Trace()
  const inputs = x.map(s => t.input(s))
  const outputs = t.run(() => f(...inputs)).map(y => t.value(y))
  return { inputs: inputs.map(i => t.value(i)), nodes: t.nodes, outputs }
}
const ops = (g: Graph): string[] => g.nodes.map(n => n.op)
const run = (g: Graph, x: Tensor[]): number[][] =>
  interpret(
    g,
    x.map(t => new Made(t, t.place)),
  ).map(t => Array.from(t.dataSync()))

describe('passes', () => {
  it('dce drops what no output needs', () => {
    const g = written(x => [(x!.exp(), x!.add(x!))], [zeros([2])])
    expect([ops(g), ops(dce(g))]).toEqual([['exp', 'add'], ['add']])
  })
  it('cse computes the same thing once, and only the same', () => {
    const g = written(
      x => [
        x!.exp().add(x!.exp()),
        x!.sum(0),
        x!.sum(0, true),
        full([2], 0),
        full([2], -0),
        full([2], Infinity),
        full([2], NaN),
        full([2], 1),
      ],
      [zeros([2])],
    )
    expect(ops(cse(g)).filter(op => op === 'exp')).toHaveLength(1)
    expect(ops(cse(g)).filter(op => op === 'sum')).toHaveLength(2)
    expect(ops(cse(g)).filter(op => op === 'full')).toHaveLength(5)
  })
  it('simplify spares what broadcasting does by itself, reshapes of reshapes and factors of one', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const g = written(
      x => [
        x!.add(x!.sum(0).broadcastTo([2, 3])),
        x!.reshape([6]).reshape([3, 2]),
        x!.reshape([6]).reshape([2, 3]),
        x!.mul(1),
        x!.mul(ones([2, 3])),
        full([], 2).broadcastTo([2]),
      ],
      [x],
    )
    const s = dce(simplify(g))
    expect(ops(s)).toEqual(['sum', 'add', 'reshape', 'full'])
    expect(run(s, [x])).toEqual(run(g, [x]))
  })
  it('simplify keeps what changes a shape', () => {
    const x = tensor([[1, 2, 3]])
    const g = written(
      x => [
        x!.mul(ones([2, 1])),
        x!.broadcastTo([2, 3]).add(x!.broadcastTo([2, 3]).exp()),
        x!.broadcastTo([2, 3]).mul(x!.broadcastTo([2, 3])),
      ],
      [x],
    )
    expect(optimize(g).outputs.map(v => v.shape)).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ])
    expect(run(optimize(g), [x])).toEqual(run(g, [x]))
  })
  it('scans over the same become one, and give what each gave', () => {
    const x = [tensor([0.5]), tensor([[1], [2], [3]])]
    const cell = (c: Tensor, v: Tensor): [Tensor, Tensor] => [c.mul(v).tanh(), c.add(v)]
    const loss = (h: Tensor, v: Tensor): Tensor => {
      const [last, ys] = scan(cell, h, v)
      return last.sum().add(ys.square().sum())
    }
    const g = written((h, v) => [loss(h!, v!), ...grad((a, b) => loss(a!, b!))(h!, v!)], x)
    const both = optimize(g)
    expect(ops(both).filter(op => op === 'scan')).toHaveLength(3) // two losses, and one walk back
    const { graph } = trace((h: Tensor, v: Tensor) => grad((a, b) => loss(a!, b!))(h, v), x as [Tensor, Tensor])
    expect(ops(graph).filter(op => op === 'scan')).toHaveLength(2)
    for (const h of [mergeScans(g), both])
      for (const [i, list] of run(h, x).entries()) for (const [j, v] of list.entries()) expect(v).toBeCloseTo(run(g, x)[i]![j]!, 5)
  })
})
