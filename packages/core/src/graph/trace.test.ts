import { describe, expect, it } from 'vitest'
import { Buffer, compile, Dropout, Linear, Param, scan, tensor, trace, TraceError, zeros, type Tensor } from '../index.ts'
import type { Graph } from './graph.ts'

const ops = (g: Graph): string[] => g.nodes.map(n => n.op)

describe('trace', () => {
  it('finds what is read and written, arguments and results first', () => {
    const [read, both, written, unused] = [
      new Param(tensor([1])),
      new Buffer(tensor([2, 2])),
      new Buffer(tensor([[3]])),
      new Param(tensor([4])),
    ]
    const { graph, reads, writes, result } = trace(
      (x: Tensor) => {
        both.value = both.value.add(read.value)
        written.value = x.reshape([1, 1])
        return { y: x.mul(2), unused: unused.shape }
      },
      [tensor([5])],
    )
    expect([reads, writes]).toEqual([
      [both, read],
      [both, written],
    ])
    expect(graph.inputs.map(v => v.shape)).toEqual([[1], [2], [1]])
    expect(graph.outputs.map(v => v.shape)).toEqual([[1], [2], [1, 1]])
    expect(result.unused).toEqual([1])
  })
  it('does nothing: variables stay, and numbers do not exist', () => {
    const v = new Buffer(tensor([1]))
    trace(() => (v.value = v.value.add(1)), [])
    expect(v.value.itemSync()).toBe(1)
    expect(() => trace((x: Tensor) => x.itemSync(), [tensor(1)])).toThrow(TraceError)
    expect(() => trace((x: Tensor) => x.itemSync(), [tensor(1)])).toThrow(
      /Return it from the step, or choose with where\(\)[^]*trace\.test\.ts:\d+/,
    )
  })
  it('keeps one constant for one tensor that is caught from outside', () => {
    const outside = tensor([1, 2])
    expect(ops(trace((x: Tensor) => x.add(outside).mul(outside), [zeros([2])]).graph)).toEqual(['constant', 'add', 'mul'])
  })
  it('remembers each setting that was read', () => {
    const drop = new Dropout(0.5)
    const layer = new Linear(2, 2)
    expect(trace((x: Tensor) => drop.forward(x), [zeros([2])]).settings.size).toBe(1)
    expect(trace((x: Tensor) => layer.forward(x), [zeros([1, 2])]).settings.size).toBe(0)
    expect(
      trace((x: Tensor) => scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c, drop.forward(v)], tensor(0), x)[1], [zeros([3, 2])])
        .settings.size,
    ).toBe(1)
  })
  it('leaves the context as it was when the step throws', () => {
    expect(() =>
      trace(() => {
        throw new Error('mine')
      }, []),
    ).toThrow('mine')
    expect(tensor([1]).add(1).itemSync()).toBe(2)
  })
})

describe('compile without an engine', () => {
  it('tells arguments apart that JSON does not', async () => {
    // the engine counts how often it is asked for a program
    let programs = 0
    const engine = {
      name: 'counting',
      compile: async () => (programs++, { run: async () => [], dispose: async () => {} }),
    }
    const f = compile((..._: unknown[]) => ({}), { engine })
    const same: unknown[][] = [
      [1, 'a'],
      [NaN],
      [Infinity],
      [-Infinity],
      [null],
      [-0],
      [0],
      ['NaN'],
      [new Linear(1, 1)],
      [new Linear(1, 1)],
      [() => 1],
      [() => 1],
      [[1], { a: 1 }],
      [tensor([1])],
      [tensor([1], [1], 'int32')],
      [tensor([[1]])],
    ]
    for (const args of [...same, ...same]) await f(...args)
    expect(programs).toBe(same.length)
  })
  it('finds tensors in objects without a prototype', async () => {
    const batch = Object.assign(Object.create(null) as Record<string, Tensor>, { x: tensor([2]) })
    const { graph } = trace((b: Record<string, Tensor>) => b.x!.mul(2), [batch])
    expect([graph.inputs.length, ops(graph)]).toEqual([1, ['full', 'mul']])
  })
})
