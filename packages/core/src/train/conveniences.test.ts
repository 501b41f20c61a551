import { describe, expect, it } from 'vitest'
import {
  adam,
  crossEntropy,
  dense,
  findLearningRate,
  HostRng,
  lambda,
  mse,
  overfitOneBatch,
  Param,
  PortolanError,
  RangeError,
  RunError,
  seed,
  sequential,
  sgd,
  split,
  supervised,
  tensor,
  Trainer,
  variables,
  warmupCosine,
  type HostBatch,
  type TrainStep,
} from '../index.ts'

function batch(n: number, start: number): HostBatch {
  const rng = new HostRng(start)
  const x = Float32Array.from({ length: 2 * n }, () => rng.normal())
  return {
    x: { dtype: 'float32', shape: [n, 2], data: x },
    y: { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => Number(x[2 * i]! * x[2 * i + 1]! > 0)) },
  }
}
function classifier(optimizer = adam(0.05)) {
  seed(3)
  const model = sequential([2], [dense(16), lambda(x => x.tanh()), dense(2)])
  return { model, optimizer, step: supervised({ model, loss: crossEntropy, optimizer }) }
}
const numbers = (state: unknown): unknown[] => Object.entries(split(state)[0]!).map(([path, t]) => [path, ...t.dataSync()])

describe('overfitOneBatch', () => {
  it('passes what learns, and leaves it as it was', async () => {
    const { step } = classifier()
    const before = numbers(step.state)
    const losses = await overfitOneBatch(step, batch(8, 1), { steps: 60 })
    expect(losses).toHaveLength(60)
    expect(losses[59]!).toBeLessThan(losses[0]! / 10)
    expect(numbers(step.state)).toEqual(before)
  })

  it('says what cannot learn: labels that are unlike for like inputs', async () => {
    const { step } = classifier()
    const same = {
      x: tensor([
        [1, 2],
        [1, 2],
      ]),
      y: tensor([0, 1], [2], 'int32'),
    }
    await expect(overfitOneBatch(step, same, { steps: 20 })).rejects.toThrow(
      /^overfitOneBatch: after 20 steps on one batch the loss is .* more than 0.1 of it/,
    )
    const far = classifier(sgd(1e30)).step
    await expect(overfitOneBatch({ ...far, train: b => ({ loss: far.train(b)['loss']!.exp().exp().exp() }) }, batch(8, 1))).rejects.toThrow(
      RunError,
    )
    await expect(overfitOneBatch({ train: () => ({ other: tensor(1) }) }, same)).rejects.toThrow(/gives no loss/)
    await expect(overfitOneBatch(step, same, { steps: 1 })).rejects.toThrow(RangeError)
  })

  it('clears slots that were made in the step', async () => {
    const w = new Param(tensor([4]))
    const optimizer = adam(0.5)
    const step: TrainStep = { train: ({ y }) => ({ loss: optimizer.minimize({ w }, () => mse(w.value, y!)) }), state: { w, optimizer } }
    await overfitOneBatch(step, { y: tensor([1]) }, { steps: 50 })
    expect([...variables(optimizer).values()].map(v => v.value.dataSync()[0])).toEqual([0.5, 0, 0, 0])
    expect(w.value.itemSync()).toBe(4)
  })
})

describe('findLearningRate', () => {
  /** ½·c·w²: descent with rate r is stable below 2/c, and best at 1/c. */
  const parabola = (curvature: number) => {
    const w = new Param(tensor([1]))
    const optimizer = sgd(0.1)
    const step: TrainStep = {
      train: () => ({
        loss: optimizer.minimize({ w }, () =>
          w.value
            .square()
            .mul(curvature / 2)
            .sum(),
        ),
      }),
      state: { w, optimizer },
    }
    return { w, optimizer, step }
  }
  const once = [{ x: tensor([0]) }]

  it.each([0.1, 1, 100])('falls fastest a step before curvature %d makes it diverge', async curvature => {
    const { step, w, optimizer } = parabola(curvature)
    const { rates, losses, suggestion } = await findLearningRate(step, once, { from: 1e-6, to: 1e4 })
    expect(rates[0]).toBe(1e-6)
    expect(losses[0]).toBeCloseTo(curvature / 2, 5)
    expect(suggestion * curvature).toBeGreaterThan(0.02)
    expect(suggestion * curvature).toBeLessThan(2)
    expect(rates.at(-1)! * curvature, 'it ends soon after').toBeLessThan(200)
    expect(rates.length).toBeLessThan(100)
    expect([w.value.itemSync(), optimizer.lr.value.itemSync(), optimizer.step.value.itemSync()]).toEqual([1, Math.fround(0.1), 0])
  })

  it('suggests what trains, and leaves the model as it was', async () => {
    const { step, optimizer } = classifier()
    const before = numbers(step.state)
    const data = [1, 2, 3, 4].map(i => batch(16, i))
    const { suggestion, rates } = await findLearningRate(step, data, { steps: 60, from: 1e-5 })
    expect(numbers(step.state)).toEqual(before)
    expect(rates.every((r, i) => i === 0 || r > rates[i - 1]!)).toBe(true)
    optimizer.setLearningRate(suggestion)
    const trainer = new Trainer({ step, progress: false })
    const { epochs } = await trainer.fit(data, { epochs: 10 })
    expect(epochs.at(-1)!.logs['loss']!).toBeLessThan(0.6 * epochs[0]!.logs['loss']!)
  })

  it('refuses what it cannot test', async () => {
    const { step } = classifier(adam(1e-3, { schedule: warmupCosine(5, 10) }))
    await expect(findLearningRate(step, [batch(4, 1)])).rejects.toThrow(/has a schedule/)
    await expect(findLearningRate({ train: () => ({ loss: tensor(1) }) }, once)).rejects.toThrow(/must have one optimizer, it has 0/)
    await expect(findLearningRate(parabola(1).step, [])).rejects.toThrow(PortolanError)
    await expect(findLearningRate(parabola(1).step, once, { from: 1, to: 0.1 })).rejects.toThrow(RangeError)
    await expect(findLearningRate(parabola(1).step, once, { from: 1e3, to: 1e6 })).rejects.toThrow(RunError)
  })
})

describe('Trainer', () => {
  it('trains on a batch', async () => {
    const { step } = classifier()
    const trainer = new Trainer({ step, progress: false })
    const first = await trainer.trainOnBatch(batch(8, 1))
    for (let i = 0; i < 20; i++) await trainer.trainOnBatch(batch(8, 1))
    expect((await trainer.trainOnBatch(batch(8, 1)))['loss']!).toBeLessThan(first['loss']!)
    expect(trainer.history.epochs).toEqual([])
    await expect(
      new Trainer({ step: ({ x }) => ({ loss: x!.log().mean() }), progress: false }).trainOnBatch({ x: tensor([-1]) }),
    ).rejects.toThrow(/^step 1: loss is NaN/)
  })

  it.each([
    [true, 1],
    [2, 2],
  ] as const)('runs everything once with fastDevRun: %s', async (fastDevRun, count) => {
    const seen: string[] = []
    const data = (name: string) => ({
      length: 5,
      *[Symbol.iterator]() {
        for (let i = 0; i < 5; i++) {
          seen.push(name)
          yield batch(4, i)
        }
      },
    })
    const hooks: string[] = []
    const trainer = new Trainer({
      step: classifier().step,
      progress: false,
      fastDevRun,
      callbacks: [{ validationEnd: () => void hooks.push('validation'), fitEnd: () => void hooks.push('end') }],
    })
    const { epochs } = await trainer.fit(data('train'), { epochs: 50, validation: data('validation') })
    expect(epochs).toHaveLength(1)
    expect(seen).toEqual([...Array(count).fill('train'), ...Array(count).fill('validation')])
    expect(hooks).toEqual(['validation', 'end'])
    await expect(
      new Trainer({ step: classifier().step, progress: false, fastDevRun: -1 }).fit([batch(4, 1)], { epochs: 1 }),
    ).rejects.toThrow(RangeError)
  })
})
