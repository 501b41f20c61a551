import { describe, expect, it } from 'vitest'
import { compile, Embedding, iota, Linear, ones, Param, PortolanError, ready, sgd, tensor, type Tensor } from '../index.ts'
import { liveTensors } from './engine.ts'

const { gc } = globalThis as { gc?: () => void }
async function collected(below: number): Promise<number> {
  expect(gc, 'vitest.config.ts gives --expose-gc').toBeDefined()
  for (let i = 0; i < 50 && liveTensors() > below; i++) {
    gc!()
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return liveTensors()
}

describe('eager mode', () => {
  it('serves at once, and on WebAssembly once that is ready, with what was made before', async () => {
    const before = tensor([1, 2]).add(1)
    expect(await ready()).toBe('wasm')
    expect(Array.from(await before.add(tensor([1, 1])).data())).toEqual([3, 4])
    expect(await ready()).toBe('wasm')
  })

  it('frees what nobody can reach any more, without tidy', async () => {
    const x = tensor([1, 2, 3])
    x.add(1)
    const before = liveTensors()
    for (let i = 0; i < 1000; i++) x.add(i).mul(2).exp()
    expect(liveTensors()).toBeGreaterThan(before + 1000)
    expect(await collected(before + 10)).toBeLessThanOrEqual(before + 10)
  })

  it('frees, at its end, what a step made, but for results and variables', async () => {
    const model = new Linear(3, 2)
    const optimizer = sgd(0.1, { momentum: 0.9 })
    const step = compile((x: Tensor) => optimizer.minimize(model, () => model.forward(x).square().mean()))
    const inputs = [tensor([[1, 2, 3]]), tensor([[4, 5, 6]])]
    await step(inputs[0]!)
    await step(inputs[1]!)
    const before = liveTensors()
    const kept = []
    for (let i = 0; i < 5; i++) kept.push(await step(inputs[i % 2]!))
    expect(liveTensors() - before).toBe(5)
    expect(kept.map(t => t.itemSync()).every(Number.isFinite)).toBe(true)
  })

  it('frees what a step made that throws, and leaves variables as they were found', async () => {
    const v = new Param(tensor([1]))
    const fails = compile((x: Tensor) => {
      x.exp().exp().exp()
      throw new PortolanError('mine')
    })
    const x = tensor([1, 2])
    await expect(fails(x)).rejects.toThrow('mine')
    const before = liveTensors()
    for (let i = 0; i < 5; i++) await expect(fails(x)).rejects.toThrow('mine')
    expect(liveTensors()).toBe(before)
    expect(v.value.itemSync()).toBe(1)
  })

  it('keeps what was read from a variable, whatever steps do to it later', async () => {
    const v = new Param(tensor([1]))
    const step = compile(() => void (v.value = v.value.mul(2)))
    const seen = [v.value]
    for (let i = 0; i < 4; i++) {
      await step()
      seen.push(v.value)
    }
    await step()
    expect(seen.map(t => t.itemSync())).toEqual([1, 2, 4, 8, 16])
  })

  it('gives results that are arguments, twice the same, or a variable', async () => {
    const v = new Param(tensor([7]))
    const f = compile((x: Tensor) => ({ x, again: x, twice: [v.value, v.value], sum: x.add(v.value) }))
    const x = tensor([1])
    const y = await f(x)
    await f(x)
    expect([y.x, y.again, ...y.twice, y.sum].map(t => t.itemSync())).toEqual([1, 1, 7, 7, 8])
    expect(x.add(1).itemSync()).toBe(2)
  })

  it('looks at indices before tfjs reads elsewhere', () => {
    expect(() => new Embedding(4, 2).forward(iota(5))).toThrow(/index 4 is outside 0 … 3/)
    expect(Array.from(ones([4, 2]).gather(tensor([], [0], 'int32')).shape)).toEqual([0, 2])
  })
})
