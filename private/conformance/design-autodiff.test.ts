import {
  BatchNorm2d,
  checkpoint,
  compile,
  Conv2d,
  customVjp,
  Dropout,
  grad,
  Linear,
  Param,
  Rng,
  scan,
  seed,
  stack,
  stopGradient,
  tensor,
  valueAndGrad,
  variables,
  type Tensor,
  ready,
} from '@portolan/core'
import { trace } from '@portolan/core/engine'
import { close, noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { everywhere } from './everywhere.ts'
import { Mlp } from './models.ts'
import { courses } from './recipes.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const count = (f: () => unknown, op: string): number => trace(f, []).graph.nodes.filter(n => n.op === op).length

describe('autodiff', () => {
  it('nests without confusing the levels', async () => {
    const x = tensor(3)
    const f = (t: Tensor) => grad(a => a!.mul(grad(b => a!.add(b!).mul(t))(a!)[0]!))(t)[0]! // d/da a·(d/db (a + b)·t)
    expect(await everywhere(f, x)).toEqual([3])
    const cube = (a: Tensor) => a.mul(a).mul(a)
    expect(await everywhere(t => grad(a => grad(cube)(a!)[0]!)(t)[0]!, x)).toEqual([18])
    expect(await everywhere(t => grad(a => grad(b => grad(cube)(b!)[0]!)(a!)[0]!)(t)[0]!, x)).toEqual([6])
  })

  it('tells an argument from the same tensor caught from outside', async () => {
    expect(await everywhere(t => grad(a => a!.mul(t))(t)[0]!, tensor(3))).toEqual([3])
  })

  it('gives zeros for what the loss does not depend on, and wants a scalar', async () => {
    expect((await grad((a, b) => a!.sum().add(b!.sum().mul(0)))(tensor([1, 2]), tensor([3]))[1]!.data())[0]).toBe(0)
    expect(Array.from(await grad(a => a!.sum())(tensor([1]), tensor([2, 3]))[1]!.data())).toEqual([0, 0])
    expect(() => grad(a => a!.mul(2))(tensor([1, 2]))).toThrow(/scalar, got \[2\]/)
  })

  it('stopGradient stops every level', async () => {
    expect(await everywhere(t => grad(a => a!.mul(stopGradient(a!)))(t)[0]!, tensor(3))).toEqual([3])
    expect(await everywhere(t => grad(a => grad(b => b!.mul(b!).mul(stopGradient(b!)))(a!)[0]!)(t)[0]!, tensor(3))).toEqual([6])
  })

  it('customVjp is used, and its rule is differentiable', async () => {
    const calls: string[] = []
    const expm = customVjp(x => {
      const y = x!.exp()
      return { y: y.sub(1), vjp: g => (calls.push('rule'), [g.mul(y)]) }
    })
    const f = (s: Tensor) => expm(s)
    const [a, b] = await everywhere(t => stack([grad(s => f(s!))(t)[0]!, grad(s => grad(r => f(r!))(s!)[0]!)(t)[0]!]), tensor(0.5))
    expect(a).toBeCloseTo(Math.exp(0.5), 5)
    expect(b).toBeCloseTo(Math.exp(0.5), 5)
    expect(calls.length).toBeGreaterThan(0)
    const lying = customVjp(x => ({ y: x!.mul(2), vjp: g => [g.mul(7)] }))
    expect(await everywhere(t => grad(s => lying(s!))(t)[0]!, tensor(1))).toEqual([7])
  })

  it('gradient penalty: a second derivative into the weights, eager = ONNX = differences', async () => {
    seed(0)
    const d = new Mlp(3, 8, 1)
    const x = noise([4, 3])
    const w = d.layers[0]!.weight
    const penalty = (): Tensor => {
      const [g] = grad(t => d.forward(t!).sigmoid().sum())(x)
      return g!.square().sum(1).sqrt().sub(1).pow(2).mean()
    }
    const analytic = await everywhere(() => valueAndGrad([w], penalty).grads[0]!)
    const start = (await w.value.data()).slice()
    expect(Math.max(...analytic.map(Math.abs))).toBeGreaterThan(0.01)
    const eps = 2 ** -8
    for (let i = 0; i < start.length; i++) {
      const at = (e: number): number => {
        w.value = tensor((start as Float32Array).with(i, start[i]! + e), w.shape)
        return penalty().itemSync()
      }
      expect(analytic[i]).toBeCloseTo((at(eps) - at(-eps)) / (2 * eps), 4)
    }
  })

  it('checkpoint: same gradients, variables touched once, and the work is really done again', async () => {
    const x = noise([2, 4])
    const make = (wrap: <T>(f: () => T) => T) => {
      seed(0)
      const rng = new Rng(5)
      const layer = new Linear(4, 4)
      const drop = new Dropout(0.5, { rng })
      const loss = () => wrap(() => drop.forward(layer.forward(x).tanh()).mul(2)).sum()
      const step = () => {
        const { value, grads } = valueAndGrad([layer.weight], loss)
        return { loss: value, g: grads[0]! }
      }
      return { step, rng }
    }
    const plain = make(f => f())
    const steps = Object.values(engines).map(engine => {
      const { step, rng } = make(checkpoint)
      return { run: compile(step, { engine }), rng }
    })
    const eager = make(checkpoint)
    for (let i = 0; i < 2; i++) {
      const expected = plain.step()
      for (const { loss, g } of [eager.step(), ...(await Promise.all(steps.map(s => s.run())))]) {
        close(await loss.data(), await expected.loss.data())
        close(await g.data(), await expected.g.data())
      }
    }
    for (const { rng } of [eager, ...steps]) expect(await rng.state.value.data()).toEqual(await plain.rng.state.value.data())
    expect([count(plain.step, 'tanh'), count(eager.step, 'tanh')]).toEqual([1, 2])
  })

  it('checkpoint of a convolution and its normalization: same loss, gradients and running statistics', async () => {
    const x = noise([2, 1, 6, 6])
    const run = async (wrap: <T>(f: () => T) => T, engine: (typeof engines)['auto'] | undefined): Promise<number[][]> => {
      seed(1)
      const model = { conv: new Conv2d(1, 2, 3), norm: new BatchNorm2d(2) }
      const params = [...variables(model, Param).values()]
      const step = (x: Tensor) => {
        const { value, grads } = valueAndGrad(params, () =>
          wrap(() => model.norm.forward(model.conv.forward(x)).relu())
            .square()
            .sum(),
        )
        return [value, ...grads]
      }
      const results = await compile(step, { engine })(x)
      return Promise.all([...results, model.norm.runningMean.value, model.norm.runningVar.value].map(async t => Array.from(await t.data())))
    }
    const expected = await run(f => f(), undefined)
    expect(expected).toHaveLength(7)
    for (const engine of [undefined, ...Object.values(engines)])
      for (const [i, list] of (await run(checkpoint, engine)).entries()) close(list, expected[i]!)
  })

  it('checkpoint survives what onnxruntime folds', async () => {
    const x = noise([2, 3])
    const f = (t: Tensor) => grad(a => checkpoint(() => a!.tanh().mul(a!)).sum())(t)[0]!
    close(await everywhere(f, x), await grad(a => a!.tanh().mul(a!).sum())(x)[0]!.data())
  })
})

describe('scan', () => {
  it('carries the variables that its body writes', async () => {
    const make = () => ({ count: new Param(tensor([0])), rng: new Rng(2) })
    const run =
      ({ count, rng }: ReturnType<typeof make>) =>
      () =>
        scan(
          (c: Tensor, x: Tensor): [Tensor, Tensor] => {
            count.value = count.value.add(x)
            return [c.add(rng.uniform([1])), count.value]
          },
          tensor([0]),
          tensor([[1], [2], [3]]),
        )
    const a = make()
    const [one, ys] = run(a)()
    expect(Array.from(await ys.data())).toEqual([1, 3, 6])
    expect(await a.count.value.item()).toBe(6)
    for (const engine of Object.values(engines)) {
      const b = make()
      const [two, zs] = await compile(run(b), { engine })()
      close(await two.data(), await one.data(), 1e-6)
      expect(Array.from(await zs.data())).toEqual([1, 3, 6])
      expect(await b.count.value.item()).toBe(6)
      expect(await b.rng.state.value.data()).toEqual(await a.rng.state.value.data())
    }
  })

  it('one forward scan serves the result and the gradient', () => {
    const { make, batches } = courses.lstm!
    const { graph } = trace(make().step, [batches[0]!])
    expect(graph.nodes.filter(n => n.op === 'scan').length).toBe(2)
  })

  it('of no steps, and one that hands on what it was given, or the same twice', async () => {
    const none = tensor([], [0, 1])
    await everywhere((h, x) => scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c.mul(v), c], h!, x!)[0], tensor([2]), none)
    expect(
      await everywhere(
        (h, x) => grad((a, b) => scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c.mul(v), c], a!, b!)[0].sum())(h!, x!)[0]!,
        tensor([2]),
        none,
      ),
    ).toEqual([1])
    const x = tensor([[1], [2], [3]])
    const step =
      (f: (h: Tensor) => Tensor) =>
      async (engine: (typeof engines)['auto'] | undefined): Promise<number[]> => {
        const h = tensor([2]).add(0)
        const results = [await compile(f, { engine })(h), await compile(f, { engine })(h), h] // what was handed on is still there
        return Promise.all(results.map(t => t.item()))
      }
    const kept = step(h => scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c, c.mul(v)], h, x)[0])
    const twice = step(h => {
      const [[a, b]] = scan(
        ([c, d]: [Tensor, Tensor], v: Tensor): [[Tensor, Tensor], Tensor] => {
          const n = c.add(v).add(d)
          return [[n, n], n]
        },
        [h, h],
        x,
      )
      return a.add(b)
    })
    for (const engine of [undefined, ...Object.values(engines)])
      expect([await kept(engine), await twice(engine)]).toEqual([
        [2, 2, 2],
        [54, 54, 2],
      ])
  })

  it('wants one length, and a carry that keeps its shape', () => {
    expect(() => scan((c: Tensor, x: Tensor[]) => [c, x[0]!], tensor(0), [noise([3]), noise([2])])).toThrow(
      /same first axis, got \[3\],\[2\]/,
    )
    expect(() => scan((c: Tensor, x: Tensor) => [stack([c, x]), x], tensor(0), noise([3]))).toThrow(
      /carry 0 must stay float32 \[\], the body returns float32 \[2\]/,
    )
  })
})
