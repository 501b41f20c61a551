import { adam, BatchNorm2d, compile, Param, tensor, type Tensor, ready } from '@portolan/core'
import { close, ints, noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { Cnn, Mlp } from './models.ts'
import { courses } from './recipes.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const engine = engines.auto

describe('compile', () => {
  it('traces once for each signature: shapes, dtypes and plain values', async () => {
    let traces = 0
    const f = compile((x: Tensor, k: number = 1) => (traces++, x.mul(k)), { engine })
    await f(noise([2]))
    await f(noise([2]))
    expect(traces).toBe(1)
    await f(noise([3]))
    expect(traces).toBe(2)
    expect(Array.from(await (await f(tensor([1, 2]), 3)).data())).toEqual([3, 6])
    expect(traces).toBe(3)
    await f(noise([2]))
    await f(noise([2]), 3)
    expect(traces).toBe(3)
    await f(tensor([1, 2], [2], 'int32'))
    expect(traces).toBe(4)
  })

  it('takes and gives trees', async () => {
    const f = compile(({ a, b: [c] }: { a: Tensor; b: [Tensor, string] }) => ({ sum: a.add(c), all: [a, { c }] as const, name: 'n' }), {
      engine,
    })
    const y = await f({ a: tensor(1), b: [tensor(2), 's'] })
    expect([await y.sum.item(), await y.all[0].item(), await y.all[1].c.item(), y.name]).toEqual([3, 1, 2, 'n'])
  })

  it('train, eval and freeze trace anew by themselves, and come back to what was made', async () => {
    const model = new Cnn()
    let traces = 0
    const f = compile((x: Tensor) => (traces++, model.forward(x)), { engine })
    const x = courses.cnn!.batches[0]!.x!
    const a = await (await f(x)).data()
    model.eval()
    const b = await (await f(x)).data()
    expect(await (await f(x)).data()).toEqual(b)
    expect(a).not.toEqual(b)
    close(b, await model.forward(x).data())
    model.train()
    await f(x)
    expect(traces).toBe(2)
  })

  it('a frozen parameter stays as it is, and learns again once it is free', async () => {
    const { make, batches } = courses.mlp!
    for (const engine of [undefined, ...Object.values(engines)]) {
      const recipe = make()
      const { model } = recipe.state as { model: Mlp }
      const step = compile(recipe.step, { engine })
      const weight = model.layers[0]!.weight
      const numbers = async (): Promise<number[]> => Array.from(await weight.value.data())
      await step(batches[0]!)
      const before = await numbers()
      weight.trainable = false
      await step(batches[1]!)
      expect(await numbers()).toEqual(before)
      weight.trainable = true
      await step(batches[2]!)
      expect(await numbers()).not.toEqual(before)
    }
  })

  it('a batch norm in evaluation is frozen', async () => {
    const norm = new BatchNorm2d(2).eval()
    for (const engine of [undefined, ...Object.values(engines)])
      await compile((x: Tensor) => norm.forward(x), { engine })(noise([2, 2, 3, 3]))
    expect(await norm.runningMean.value.data()).toEqual(new Float32Array(2))
  })

  it('runs again after dispose', async () => {
    const f = compile((x: Tensor) => x.add(1), { engine })
    await f(tensor(1))
    await f.dispose()
    expect(await (await f(tensor(2))).item()).toBe(3)
  })
})

describe('variables', () => {
  it.each(Object.entries({ eager: undefined, ...engines }))(
    'are coherent between two programs, the outside and callbacks: %s',
    async (_, engine) => {
      const model = new Mlp(3, 4, 1)
      const optimizer = adam(0.1)
      const step = compile((x: Tensor) => optimizer.minimize(model, () => model.forward(x).mean()), { engine })
      const evaluate = compile((x: Tensor) => model.forward(x).mean(), { engine })
      const x = tensor([[1, 2, 3]])
      const w = model.layers[0]!.weight
      const before = w.value
      const numbers = Array.from(await before.data())
      const first = await (await evaluate(x)).item()
      close([await (await step(x)).item()], [first])
      const second = await (await evaluate(x)).item()
      expect(second).toBeLessThan(first)
      close(await model.forward(x).mean().data(), [second]) // eager code sees the same weights
      for (let i = 0; i < 3; i++) await step(x)
      expect(Array.from(await before.data())).toEqual(numbers) // a tensor that was read never changes
      optimizer.setLearningRate(0) // what a callback does
      const still = await (await evaluate(x)).item()
      await step(x)
      expect(await (await evaluate(x)).item()).toBe(still)
      w.value = w.value.mul(0)
      close(await (await evaluate(x)).data(), await model.forward(x).mean().data())
    },
  )

  it.each(Object.entries({ eager: undefined, ...engines }))('a tensor caught between two runs never changes: %s', async (_, engine) => {
    const v = new Param(tensor([0]))
    const step = compile(
      () => {
        v.value = v.value.add(1)
        return v.value
      },
      { engine },
    )
    const seen: Tensor[] = []
    const results: Tensor[] = []
    for (let i = 0; i < 6; i++) {
      results.push(await step())
      if (i % 2) seen.push(v.value)
    }
    expect(await Promise.all(seen.map(t => t.item()))).toEqual([2, 4, 6])
    expect(await Promise.all(results.map(t => t.item()))).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('runs that are started together queue', async () => {
    const v = new Param(tensor([0]))
    const make = (engine: (typeof engines)['auto'] | undefined) => compile(() => void (v.value = v.value.mul(2).add(1)), { engine })
    const [eager, compiled] = [make(undefined), make(engine)]
    await Promise.all([eager(), compiled(), eager(), compiled()])
    expect(await v.value.item()).toBe(15)
  })

  it('a failed run leaves the queue open and the state as it was', async () => {
    const v = new Param(tensor([1]))
    const table = noise([3, 2])
    const step = compile(
      (i: Tensor) => {
        v.value = v.value.add(1)
        return table.gather(i)
      },
      { engine },
    )
    await step(ints([2], 3))
    await expect(step(tensor([7, 0], [2], 'int32'))).rejects.toThrow(/index 7 is outside 0 … 2/)
    expect(await v.value.item()).toBe(2)
    await step(ints([2], 3))
    expect(await v.value.item()).toBe(3)
  })
})
