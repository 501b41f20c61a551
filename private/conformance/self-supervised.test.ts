import { join } from 'node:path'
import {
  BatchNorm2d,
  Buffer,
  compile,
  Conv2d,
  HostRng,
  load,
  Module,
  Param,
  ready,
  Rng,
  seed,
  sgd,
  tensor,
  variables,
  type Engine,
  type State,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { readSafetensors } from '@portolan/core/node'
import { close } from '@portolan/test-kit'
import { BYOL, byolStep, GlobalFeatures, linearProbe, MoCo, mocoStep, nearestNeighbours } from '@portolan/vision'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { numbers } from './test-course.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const all: Readonly<Record<string, Engine | undefined>> = { eager: undefined, ...engines }

class Backbone extends Module {
  readonly conv = new Conv2d(2, 8, 3, { padding: 1 })
  readonly bn = new BatchNorm2d(8)
  forward(x: Tensor): Tensor {
    return this.bn.forward(this.conv.forward(x)).relu()
  }
}
const make = () => new Backbone()

const methods: Readonly<Record<string, () => { model: Module; step: TrainStep }>> = {
  moco: () => {
    const model = new MoCo(make, { features: 8, dim: 4, queue: 12, momentum: 0.9, rng: new Rng(1) })
    return { model, step: mocoStep({ model, optimizer: sgd(0.1) }) }
  },
  byol: () => {
    const model = new BYOL(make, { features: 8, dim: 4, hidden: 10, momentum: 0.9, steps: 5 })
    return { model, step: byolStep({ model, optimizer: sgd(0.1) }) }
  },
}
const read = async (name: string): Promise<State> => {
  const { tensors } = await readSafetensors(join(import.meta.dirname, `../golden/self_supervised/${name}.safetensors`))
  return Object.fromEntries(Object.entries(tensors).map(([key, t]) => [key, tensor(t.data, t.shape)]))
}
const isView = (key: string) => key.startsWith('view')
const valuesOf = (root: unknown): State => Object.fromEntries([...variables(root)].map(([path, v]) => [path, v.value]))

for (const [name, begin] of Object.entries(methods))
  describe(name, () => {
    it.each(Object.entries(all))("three steps are PyTorch's: losses, weights, averages, statistics, queue: %s", async (_, engine) => {
      const [before, after] = [await read(`${name}.before`), await read(`${name}.after`)]
      const { model, step } = begin()
      load(model, Object.fromEntries(Object.entries(before).filter(([key]) => !isView(key))), { only: [Param, Buffer] })
      const run = compile((batch: Record<string, Tensor>) => step.train(batch), { engine })
      const losses: number[] = []
      for (let i = 0; i < 3; i++)
        losses.push(await (await run({ view1: before[`view1/${i}`]!, view2: before[`view2/${i}`]! }))['loss']!.item())
      const { losses: expected, ...state } = after
      close(losses, await expected!.data(), 1e-5, 'losses')
      const found = valuesOf(model)
      for (const [path, t] of Object.entries(state)) close(await found[path]!.data(), await t.data(), 1e-4, path)
      expect(Object.keys(state).toSorted()).toEqual([...variables(model, [Param, Buffer]).keys()].toSorted())
      await run.dispose()
    })

    it.each(Object.entries(all))('the same seed is the same run, also one gone on with: %s', async (_, engine) => {
      const batch = (i: number) => ({ view1: new Rng(20 + i).normal([6, 2, 5, 5]), view2: new Rng(30 + i).normal([6, 2, 5, 5]) })
      const trained = async (step: TrainStep, from: number, to: number) => {
        const run = compile((b: Record<string, Tensor>) => step.train(b), { engine })
        for (let i = from; i < to; i++) await run(batch(i))
        await run.dispose()
        return numbers(valuesOf(step.state))
      }
      const of = (n: number) => (seed(n), begin().step)
      const whole = await trained(of(4), 0, 4)
      expect(await trained(of(4), 0, 4)).toEqual(whole)
      const [first, other] = [of(4), of(9)]
      await trained(first, 0, 2)
      load(other.state, valuesOf(first.state), { only: () => true })
      expect(await trained(other, 2, 4)).toEqual(whole)
    })
  })

describe('what features are worth', () => {
  /** Three classes around three directions. */
  const drawn = (stream: number, n: number) => {
    const rng = new HostRng(3, stream)
    const label = Int32Array.from({ length: n }, (_, i) => i % 3)
    const data = Float32Array.from({ length: 4 * n }, (_, i) => (i % 4 === label[Math.floor(i / 4)] ? 2 : 0) + 0.3 * rng.normal())
    return { features: { data, shape: [n, 4] }, label: { data: label, shape: [n] } }
  }
  const noise = (n: number) => ({ ...drawn(9, n), features: { data: Float32Array.from({ length: 4 * n }, (_, i) => Math.sin(i * i)), shape: [n, 4] } }) // prettier-ignore
  it.each(Object.entries(all))('a linear probe and neighbours tell what can be told, and only that: %s', async (_, engine) => {
    const options = engine ? { engine } : {}
    const [train, test] = [drawn(1, 150), drawn(2, 60)]
    expect((await linearProbe(train, test, { epochs: 15, batchSize: 32, ...options })).test).toBeGreaterThan(0.97)
    expect(await nearestNeighbours(train, test, options)).toBeGreaterThan(0.97)
    expect(await nearestNeighbours(noise(150), noise(60), { k: 1, ...options })).toBeGreaterThan(0.99) // the same vectors find themselves
    expect((await linearProbe(noise(150), test, { epochs: 5, ...options })).test).toBeLessThan(0.75)
  })
  it('one neighbour is the one of the largest cosine', async () => {
    const bank = {
      features: { data: Float32Array.of(1, 0, 0, 10, 3, 3), shape: [3, 2] },
      label: { data: Int32Array.of(0, 1, 2), shape: [3] },
    }
    const asked = (...data: number[]) => ({
      features: { data: Float32Array.from(data), shape: [2, 2] },
      label: { data: Int32Array.of(2, 1), shape: [2] },
    })
    expect(await nearestNeighbours(bank, asked(2, 1.9, 0.1, 1), { k: 1 })).toBe(1)
    expect(await nearestNeighbours(bank, asked(2, 0.1, 0.1, 1), { k: 1 })).toBe(0.5)
  })
  it('maps become one vector, and what is no feature is refused', () => {
    expect(new GlobalFeatures(new Backbone()).forward(new Rng(1).normal([3, 2, 5, 5])).shape).toEqual([3, 8])
    expect(() => new MoCo(make, { features: 8, queue: 0 })).toThrow(/whole numbers/)
    expect(() => new BYOL(make, { features: 8, momentum: 1 })).toThrow(/momentum/)
    const { step } = methods['moco']!()
    expect(() => step.train({ view1: new Rng(1).normal([6, 2, 5, 5]) })).toThrow(/view1 and view2, got view1/)
    const large = new Rng(1).normal([20, 2, 5, 5])
    expect(() => step.train({ view1: large, view2: large })).toThrow(/takes no batch of 20/)
  })
})
