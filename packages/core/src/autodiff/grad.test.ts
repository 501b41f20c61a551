import { describe, expect, it } from 'vitest'
import { Buffer, checkpoint, grad, Param, Rng, scan, tensor, valueAndGrad, type Tensor } from '../index.ts'

const numbers = (t: Tensor): number[] => Array.from(t.dataSync())

describe('valueAndGrad', () => {
  it('gives what the loss gave, and a gradient for each variable', () => {
    const [w, b, unused] = [new Param(tensor([2, 3])), new Param(tensor([1])), new Param(tensor([5]))]
    const { value, grads } = valueAndGrad([w, b, unused], () => ({ loss: w.value.mul(b.value).sum(), other: w.value }))
    expect(value.loss.itemSync()).toBe(5)
    expect(grads.map(numbers)).toEqual([[1, 1], [5], [0]])
    expect(numbers(value.other)).toEqual([2, 3])
  })
  it('sees a variable through what is written to it', () => {
    const [w, running] = [new Param(tensor([3])), new Buffer(tensor([1]))]
    const { grads } = valueAndGrad([w], () => {
      running.value = w.value.mul(2)
      return w.value.mul(running.value.add(0)).sum()
    })
    // what a variable holds is a value: reading it back is no way around it
    expect(numbers(grads[0]!)).toEqual([6])
    expect(running.value.itemSync()).toBe(6)
  })
  it('is not confused by two variables that hold one tensor', () => {
    const shared = tensor([3])
    const [a, b] = [new Param(shared), new Param(shared)]
    expect(valueAndGrad([a, b], () => a.value.mul(b.value).mul(a.value).sum()).grads.map(numbers)).toEqual([[18], [9]])
  })
  it('uses one value as often as it is used', () => {
    const w = new Param(tensor([3]))
    expect(valueAndGrad([w], () => w.value.mul(w.value).mul(w.value).sum()).grads.map(numbers)).toEqual([[27]])
  })
})

describe('scan', () => {
  const cell =
    (w: Tensor) =>
    (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = h.mul(w).add(x).tanh()
      return [next, next.mul(h)]
    }
  it('has the gradient of the loop that it is', () => {
    const [h, x, w] = [tensor([0.5]), tensor([[0.1], [-0.2], [0.7]]), tensor([0.9])]
    const looped = (h: Tensor, x: Tensor, w: Tensor): Tensor => {
      let [state, sum] = [h, h.mul(0)]
      for (const t of [0, 1, 2]) {
        const [next, y] = cell(w)(state, x.slice(0, t, t + 1).squeeze(0))
        ;[state, sum] = [next, sum.add(y)]
      }
      return state.add(sum).sum()
    }
    const scanned = (h: Tensor, x: Tensor, w: Tensor): Tensor => {
      const [last, ys] = scan(cell(w), h, x)
      return last.add(ys.sum(0)).sum()
    }
    const [a, b] = [looped, scanned].map(f => grad(f as (...x: Tensor[]) => Tensor)(h, x, w).map(numbers)) as [number[][], number[][]]
    for (const [i, g] of a.entries()) for (const [j, v] of g.entries()) expect(b[i]![j]).toBeCloseTo(v, 6)
    expect(scanned(h, x, w).itemSync()).toBeCloseTo(looped(h, x, w).itemSync(), 6)
  })
  it('of no steps gives back what it was given', () => {
    const f = (h: Tensor, x: Tensor) => scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c.mul(v), c], h, x)
    const [last, ys] = f(tensor([2]), tensor([], [0, 1]))
    expect([numbers(last), ys.shape]).toEqual([[2], [0, 1]])
    expect(grad((h, x) => f(h!, x!)[0].sum())(tensor([2]), tensor([], [0, 1])).map(numbers)).toEqual([[1], []])
  })
})

describe('checkpoint', () => {
  it('gives any tree, and the gradient of each part', () => {
    const x = tensor(0.5)
    const f = (c: <T>(f: () => T) => T) => (t: Tensor) => {
      const {
        a,
        rest: [b],
      } = c(() => ({ a: t.exp(), rest: [t.mul(t)] as [Tensor], name: 'n' }))
      return a.mul(b).sum()
    }
    const plain = grad(t => f(g => g())(t!))(x)[0]!
    expect(grad(t => f(checkpoint)(t!))(x)[0]!.itemSync()).toBeCloseTo(plain.itemSync(), 6)
    const second = (c: <T>(f: () => T) => T) => grad(t => grad(s => f(c)(s!))(t!)[0]!)(x)[0]!.itemSync()
    expect(second(checkpoint)).toBeCloseTo(
      second(g => g()),
      5,
    )
  })
  it('nests, and holds a loop', () => {
    const x = tensor([[0.5], [0.25]])
    const f = (c: <T>(f: () => T) => T) => (t: Tensor) =>
      c(() => c(() => scan((h: Tensor, v: Tensor): [Tensor, Tensor] => [h.add(v).tanh(), h], tensor([0.1]), t)[0]).exp()).sum()
    const [a, b] = [f(g => g()), f(checkpoint)].map(g => numbers(grad(t => g(t!))(x)[0]!)) as [number[], number[]]
    for (const [i, v] of a.entries()) expect(b[i]).toBeCloseTo(v, 6)
  })
  it('draws once, and writes a variable once', () => {
    const [rng, count] = [new Rng(1), new Buffer(tensor([0]))]
    const x = new Param(tensor([1, 2, 3]))
    const run = (c: <T>(f: () => T) => T): number[][] => {
      const { value, grads } = valueAndGrad([x], () =>
        c(() => {
          count.value = count.value.add(1)
          return x.value.mul(rng.uniform([3])).square()
        }).sum(),
      )
      return [numbers(value), numbers(grads[0]!)]
    }
    run(checkpoint)
    expect([numbers(count.value), numbers(rng.state.value)[2]]).toEqual([[1], 1])
    const fresh = new Rng(1)
    rng.state.value = fresh.state.value
    const [value, g] = run(f => f())
    rng.state.value = fresh.state.value
    const [value2, g2] = run(checkpoint)
    for (const [i, v] of [...value!, ...g!].entries()) expect([...value2!, ...g2!][i]).toBeCloseTo(v, 5)
  })
})
