import { beforeAll, describe, expect, it } from 'vitest'
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  compile,
  exponentialDecay,
  freeze,
  lamb,
  lion,
  merge,
  nadam,
  Optimizer,
  Param,
  PortolanError,
  RangeError,
  ready,
  rmsprop,
  sgd,
  split,
  tensor,
  variables,
  type OptimizerOptions,
  type Update,
} from '../index.ts'
import { expectClose } from '../testing/golden.ts'
import { linearProblem, optimizerCases, optimizers, partsOf } from './golden-optimizers.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

describe('50 steps as PyTorch or the paper takes them', () => {
  for (const { name, make, points, losses } of optimizerCases)
    it(name, async () => {
      const { model, data, loss } = linearProblem()
      const optimizer = make()
      const parts = partsOf(data, optimizer)
      const step = compile((part: typeof data) => optimizer.minimize(model, () => loss(part)))
      for (const [i, expected] of losses.entries()) {
        let sum = 0
        for (const part of parts) sum += await (await step(part)).item()
        expectClose([sum / parts.length], [expected], 1e-5, `loss before step ${i + 1}:`)
        const point = points.find(p => p.step === i + 1)
        if (!point) continue
        expectClose(model.w.value.dataSync(), point.w.data, 1e-5, `w after step ${i + 1}:`)
        expectClose(model.b.value.dataSync(), point.b.data, 1e-5, `b after step ${i + 1}:`)
      }
    })
})

describe('groups', () => {
  const two = () => ({
    a: { weight: new Param(tensor([1])), bias: new Param(tensor([1])) },
    b: { weight: new Param(tensor([1])), bias: new Param(tensor([1])) },
  })
  const values = (model: unknown): Record<string, number> =>
    Object.fromEntries([...variables(model, Param)].map(([path, p]) => [path, p.value.itemSync()]))
  const noLoss = (model: ReturnType<typeof two>) => () =>
    [...variables(model, Param).values()].map(p => p.value.mul(0).sum()).reduce((a, b) => a.add(b))

  it('set options for their parameters; of several, the last counts', () => {
    const model = two()
    const optimizer = sgd(0.5, {
      weightDecay: 0.5,
      groups: [
        { filter: /bias$/, weightDecay: 0 },
        { filter: 'b', lrScale: 0.5 },
        { filter: 'b.bias', weightDecay: 1 },
      ],
    })
    optimizer.minimize(model, noLoss(model))
    expect(values(model)).toEqual({ 'a.weight': 0.75, 'a.bias': 1, 'b.weight': 0.875, 'b.bias': 0.75 })
  })

  it('have a state of their own kind', () => {
    const model = two()
    const optimizer = sgd(0.5, { groups: [{ filter: 'a', momentum: 0.9 }] }).init(model)
    expect([...variables(optimizer).keys()]).toEqual(['lr', 'step', 'slots.a.weight.velocity', 'slots.a.bias.velocity'])
  })

  it('must have parameters, which may be frozen', () => {
    const model = two()
    expect(() => sgd(1, { groups: [{ filter: 'c', lrScale: 2 }] }).init(model)).toThrow(
      new PortolanError('minimize: no parameter matches the group c. There are: a.weight, a.bias, b.weight, b.bias'),
    )
    freeze(model, 'a')
    sgd(1, { groups: [{ filter: 'a', lrScale: 2 }] }).minimize(model, noLoss(model))
    expect(values(model)).toEqual({ 'a.weight': 1, 'a.bias': 1, 'b.weight': 1, 'b.bias': 1 })
  })
})

describe('steps of several calls', () => {
  it('change nothing but their sums before they are due', async () => {
    const { model, data, loss } = linearProblem()
    const optimizer = adamW(0.1, { accumulate: 3, schedule: exponentialDecay(0.5) }).init(model)
    const step = compile(() => optimizer.minimize(model, () => loss(data)))
    const all = { model, optimizer }
    const numbers = (): [string, string][] => Object.entries(split(all)[0]!).map(([path, t]) => [path, String(t.dataSync())])
    const changed = async (): Promise<string[]> => {
      const before = new Map(numbers())
      await step()
      return numbers().flatMap(([path, n]) => (before.get(path) === n ? [] : [path.replace(/^optimizer\.(slots\.)?/, '')]))
    }
    const sums = ['calls', 'w.gradient', 'b.gradient']
    expect(await changed()).toEqual(sums)
    expect(await changed()).toEqual(sums)
    expect(await changed()).toEqual(['model.w', 'model.b', 'step', 'calls', 'w.m', 'w.v', 'w.gradient', 'b.m', 'b.v', 'b.gradient'])
    expect([
      optimizer.calls!.value.itemSync(),
      optimizer.step.value.itemSync(),
      optimizer.slots['b']!['gradient']!.value.sum().itemSync(),
    ]).toEqual([0, 1, 0])
    expect(await changed()).toEqual(sums)
    expect(optimizer.rate.itemSync()).toBeCloseTo(0.05, 7)
  })

  it('is one step of the whole batch', async () => {
    const [parts, whole] = [linearProblem(), linearProblem()]
    const make = (accumulate: number) => lamb(0.1, { accumulate, clipNorm: 1, weightDecay: 0.1 })
    const [byParts, atOnce] = [make(8), make(1)]
    for (let i = 0; i < 5; i++) {
      for (let row = 0; row < 8; row++)
        byParts.minimize(parts.model, () =>
          parts.loss({ x: parts.data.x.slice(0, row, row + 1), target: parts.data.target.slice(0, row, row + 1) }),
        )
      atOnce.minimize(whole.model, () => whole.loss(whole.data))
      expectClose(parts.model.w.value.dataSync(), [...whole.model.w.value.dataSync()], 1e-6)
    }
  })
})

describe('an optimizer', () => {
  it.each(Object.entries(optimizers))(
    '%s makes all its state before the first step, under the names of the parameters',
    async (_, make) => {
      const { model, data, loss } = linearProblem()
      const optimizer = make(0.01, { amsgrad: true, momentum: 0.9, centered: true }).init(model)
      const names = [...variables(optimizer).keys()]
      await compile(() => optimizer.minimize(model, () => loss(data)))()
      expect([...variables(optimizer).keys()]).toEqual(names)
      expect(names.every(name => /^(lr|step|slots\.(w|b)\.[a-z]+)$/i.test(name))).toBe(true)
    },
  )

  it.each(Object.entries(optimizers))('%s goes on from its state as if it had not stopped', (_, make) => {
    const run = (steps: number, p: ReturnType<typeof linearProblem>, optimizer: Optimizer): void => {
      for (let i = 0; i < steps; i++) optimizer.minimize(p.model, () => p.loss(p.data))
    }
    const options = { schedule: exponentialDecay(0.9), momentum: 0.5 }
    const [once, first, second] = [linearProblem(), linearProblem(), linearProblem()]
    run(6, once, make(0.1, options))
    const stopped = make(0.1, options)
    run(3, first, stopped)
    const resumed = make(7, options).init(second.model)
    merge({ model: second.model, optimizer: resumed }, split({ model: first.model, optimizer: stopped })[0]!)
    run(3, second, resumed)
    expect(second.model.w.value.dataSync()).toEqual(once.model.w.value.dataSync())
  })

  it('leaves gradients alone that are small enough, and limits others', () => {
    const move = (options: OptimizerOptions): number[] => {
      const w = new Param(tensor([0, 0]))
      sgd(1, options).minimize({ w }, () => w.value.mul(tensor([3, -4])).sum())
      return [...w.value.dataSync()]
    }
    expect(move({})).toEqual([-3, 4])
    expect(move({ clipNorm: 5 })).toEqual([expect.closeTo(-3, 5), expect.closeTo(4, 5)])
    expect(move({ clipNorm: 1 })).toEqual([expect.closeTo(-0.6, 6), expect.closeTo(0.8, 6)])
    expect(move({ clipValue: 3.5 })).toEqual([-3, 3.5])
    expect(move({ clipValue: 1, clipNorm: 1 })).toEqual([expect.closeTo(-Math.SQRT1_2, 6), expect.closeTo(Math.SQRT1_2, 6)])
  })

  it('bears parameters and gradients that are 0, and gradients that never change', () => {
    for (const [name, make] of Object.entries(optimizers)) {
      const model = { zero: new Param(tensor([0, 0])), idle: new Param(tensor([1])), steady: new Param(tensor([0.1, 1.3, 7])) }
      const optimizer = make(0.01, { centered: true, alpha: 0.5, amsgrad: true, weightDecay: 0 })
      for (let i = 0; i < 30; i++)
        optimizer.minimize(model, () =>
          model.steady.value
            .mul(model.steady.value.zerosLike().add(tensor([0.1, 1.3, 7])))
            .sum()
            .add(model.zero.value.sum())
            .add(model.idle.value.mul(0).sum()),
        )
      const [zero, idle, steady] = Object.values(model).map(p => [...p.value.dataSync()])
      expect(idle, name).toEqual([1])
      expect([...zero!, ...steady!].every(Number.isFinite), `${name}: ${steady}`).toBe(true)
      expect(zero![0], name).toBeLessThan(0)
    }
  })

  it('may be made of a rule of your own', () => {
    const rule = {
      defaults: { power: 1 },
      slots: () => ({ sum: 'number' as const }),
      update: ({ p, g, lr, slots }: Update<'sum'>, { power }: { power: number }) => ({
        p: p.sub(g.sign().mul(lr.mul(power))),
        sum: slots.sum.add(1),
      }),
    }
    const optimizer = new Optimizer(rule, 0.5, { groups: [{ filter: 'b', power: 3 }] })
    const model = { w: new Param(tensor([1, 1])), b: new Param(tensor([1])) }
    for (let i = 0; i < 2; i++) optimizer.minimize(model, () => model.w.value.sum().sub(model.b.value.sum()))
    expect([...model.w.value.dataSync(), ...model.b.value.dataSync()]).toEqual([0, 0, 4])
    expect(optimizer.slots['w']!['sum']!.value.itemSync()).toBe(2)
  })

  it('follows a new learning rate in a compiled step', async () => {
    const w = new Param(tensor([0]))
    const optimizer = sgd(1)
    const step = compile(() => optimizer.minimize({ w }, () => w.value.sum()))
    await step()
    optimizer.setLearningRate(0.25)
    await step()
    expect(w.value.itemSync()).toBe(-1.25)
    expect(() => optimizer.setLearningRate(-1)).toThrow(RangeError)
  })

  it('refuses options outside their range, in groups, too', () => {
    const wrong: (() => Optimizer)[] = [
      () => sgd(-1),
      () => sgd(NaN),
      () => sgd(1, { momentum: 1 }),
      () => sgd(1, { weightDecay: -1 }),
      () => sgd(1, { clipNorm: 0 }),
      () => sgd(1, { clipValue: -1 }),
      () => sgd(1, { accumulate: 0 }),
      () => sgd(1, { accumulate: 1.5 }),
      () => sgd(1, { groups: [{ filter: 'a', lrScale: -1 }] }),
      () => adam(1e-3, { betas: [0.9, 1] }),
      () => adam(1e-3, { groups: [{ filter: 'a', betas: [-0.1, 0.9] }] }),
      () => adamW(1e-3, { epsilon: -1 }),
      () => rmsprop(1, { alpha: 1 }),
      () => adagrad(1, { lrDecay: -1 }),
      () => adadelta(1, { epsilon: 0 }),
      () => nadam(1, { momentumDecay: -1 }),
      () => lion(1, { betas: [1, 0.9] }),
    ]
    for (const make of wrong) expect(make, String(make)).toThrow(RangeError)
  })

  it('belongs to the parameters that it began with', () => {
    const optimizer = sgd(1)
    const [one, other] = [{ w: new Param(tensor([1])) }, { w: new Param(tensor([1])) }]
    optimizer.minimize(one, () => one.w.value.sum())
    expect(() => optimizer.minimize(other, () => other.w.value.sum())).toThrow(/^minimize: w belongs to another model/)
    freeze(one)
    expect(() => optimizer.minimize(one, () => one.w.value.sum())).toThrow(/nothing below the target is trainable/)
  })
})
