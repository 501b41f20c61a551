import { describe, expect, it } from 'vitest'
import {
  accuracy,
  adam,
  crossEntropy,
  dense,
  Dropout,
  earlyStopping,
  HostRng,
  lambda,
  Linear,
  Module,
  mse,
  PortolanError,
  RunError,
  seed,
  sequential,
  sgd,
  supervised,
  tensor,
  Trainer,
  type Callback,
  type HostBatch,
  type Tensor,
} from '../index.ts'

/** Two clouds that a line parts. */
function clouds(n: number, start: number): HostBatch {
  const rng = new HostRng(start)
  const label = Int32Array.from({ length: n }, (_, i) => i % 2)
  const x = Float32Array.from({ length: 2 * n }, (_, i) => rng.normal() * 0.5 + (label[i >> 1]! ? 1 : -1))
  return { x: { dtype: 'float32', shape: [n, 2], data: x }, label: { dtype: 'int32', shape: [n], data: label } }
}
const train = [clouds(32, 1), clouds(32, 2), clouds(16, 3)]
const held = [clouds(64, 4)]

function make(callbacks: Callback[] = []) {
  seed(7)
  const model = sequential([2], [dense(8), lambda(x => x.tanh()), dense(2)])
  return {
    model,
    trainer: new Trainer({
      step: supervised({ model, loss: crossEntropy, optimizer: adam(0.05), metrics: { accuracy } }),
      callbacks,
      progress: false,
    }),
  }
}

describe('fit', () => {
  it('learns, and writes its history', async () => {
    const { trainer } = make()
    const history = await trainer.fit(train, { epochs: 5, validation: held })
    expect(history.epochs.map(e => e.epoch)).toEqual([1, 2, 3, 4, 5])
    expect(history.last()!.logs.loss).toBeLessThan(history.epochs[0]!.logs.loss!)
    expect(history.last()!.validation!.accuracy).toBeGreaterThan(0.9)
  })

  it('one seed, one result; a second fit goes on where the first ended', async () => {
    const [once, twice] = [make().trainer, make().trainer]
    const whole = await once.fit(train, { epochs: 4 })
    await twice.fit(train, { epochs: 2 })
    const parts = await twice.fit(train, { epochs: 2 })
    expect(parts.epochs.map(e => [e.epoch, e.logs])).toEqual(whole.epochs.map(e => [e.epoch, e.logs]))
  })

  it('means weigh batches by their size', async () => {
    const sizes = [3, 1]
    const data = sizes.map((n, i) => ({ x: tensor(Array<number>(n).fill(i), [n]) }))
    const trainer = new Trainer({ step: ({ x }) => ({ mean: x!.mean() }), progress: false })
    const history = await trainer.fit(data, { epochs: 1 })
    expect(history.last()!.logs.mean).toBeCloseTo(0.25, 6) // (3·0 + 1·1) / 4
  })

  it('calls every hook in order', async () => {
    const calls: string[] = []
    const hooks = ['fitStart', 'epochStart', 'batchEnd', 'validationEnd', 'epochEnd', 'fitEnd'] as const
    const spy: Callback = Object.fromEntries(hooks.map(h => [h, () => void calls.push(h)]))
    await make([spy]).trainer.fit(train.slice(0, 2), { epochs: 1, validation: held })
    expect(calls).toEqual(['fitStart', 'epochStart', 'batchEnd', 'batchEnd', 'validationEnd', 'epochEnd', 'fitEnd'])
  })

  it('a callback may stop it', async () => {
    const steps: number[] = []
    const { trainer } = make([{ batchEnd: ({ step, stop }) => (steps.push(step), step === 2 ? stop('enough') : undefined) }])
    await trainer.fit(train, { epochs: 10 })
    expect(steps).toEqual([1, 2])
  })

  it('awaits asynchronous callbacks and data', async () => {
    let waited = false
    const { trainer } = make([{ epochEnd: () => new Promise(r => setTimeout(() => ((waited = true), r()), 5)) }])
    const data = { async *[Symbol.asyncIterator]() { yield* train } } // prettier-ignore
    await trainer.fit(data, { epochs: 1 })
    expect(waited).toBe(true)
  })
})

describe('evaluate', () => {
  it('is in evaluation mode, and puts the modes back', async () => {
    seed(0)
    class Noisy extends Module {
      drop = new Dropout(0.9)
      frozen = new Dropout(0.9).eval()
      out = new Linear(2, 2)
      forward(x: Tensor): Tensor {
        return this.out.forward(this.drop.forward(x))
      }
    }
    const model = new Noisy()
    const trainer = new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer: adam() }), progress: false })
    const [one, two] = [await trainer.evaluate(held), await trainer.evaluate(held)]
    expect(one).toEqual(two)
    expect([model.training, model.drop.training, model.frozen.training]).toEqual([true, true, false])
  })

  it('a model left in evaluation mode is trained in training mode', async () => {
    const { model, trainer } = make()
    model.eval()
    await trainer.fit(train, { epochs: 1 })
    expect(model.training).toBe(true)
  })
})

describe('early stopping', () => {
  it('ends after the patience, with the best weights', async () => {
    seed(1)
    const model = new Linear(1, 1)
    const best: number[] = []
    const data = [{ x: tensor([[1], [2]]), y: tensor([[2], [4]]) }]
    const step = supervised({ model, loss: mse, optimizer: sgd(0.45) }) // too large: it gets better, then worse
    const trainer = new Trainer({
      step,
      progress: false,
      callbacks: [
        earlyStopping({ monitor: 'validation.loss', patience: 2 }),
        { epochEnd: ({ validation }) => void best.push(validation!.loss!) },
      ],
    })
    await trainer.fit(data, { epochs: 30, validation: data })
    expect(best.length).toBeLessThan(30)
    expect(best.slice(-2).every(v => v > Math.min(...best))).toBe(true)
    expect((await trainer.evaluate(data)).loss).toBeCloseTo(Math.min(...best), 5)
  })

  it('names the logs there are', async () => {
    await expect(make([earlyStopping({ monitor: 'validation.f1' })]).trainer.fit(train, { epochs: 1, validation: held })).rejects.toThrow(
      /no epoch has a log named validation\.f1; there are loss, accuracy, validation\.loss, validation\.accuracy/,
    )
    await expect(make([earlyStopping()]).trainer.fit(train, { epochs: 1 })).rejects.toThrow(/Pass fit a validation set/)
  })
})

describe('what it refuses', () => {
  it('a loss that is not finite, with the place', async () => {
    const bad = { ...train[1]!, x: { dtype: 'float32' as const, shape: [32, 2], data: new Float32Array(64).fill(NaN) } }
    await expect(make().trainer.fit([train[0]!, bad], { epochs: 1 })).rejects.toThrow(RunError)
    await expect(make().trainer.fit([train[0]!, bad], { epochs: 1 })).rejects.toThrow(/step 2 \(epoch 1, batch 2\): loss is NaN/)
  })
  it('no data, and a generator that is used up', async () => {
    await expect(make().trainer.fit([], { epochs: 1 })).rejects.toThrow(/the data gave no batch in epoch 1/)
    function* once() {
      yield train[0]!
    }
    await expect(make().trainer.fit(once(), { epochs: 2 })).rejects.toThrow(/in epoch 2.*generator/)
  })
  it('a batch that does not tell input from target', async () => {
    const three = [{ ...train[0]!, weight: tensor([1]) }]
    await expect(make().trainer.fit(three, { epochs: 1 })).rejects.toThrow(/the input a name, got 3 entries \(x, label, weight\)/)
  })
  it('evaluation without an evaluate', async () => {
    await expect(new Trainer({ step: ({ x }) => ({ loss: x!.mean() }), progress: false }).evaluate(held)).rejects.toThrow(PortolanError)
  })
})

it('shows progress, and once how slow eager mode is', async () => {
  const lines: string[] = []
  seed(0)
  const model = new Linear(2, 2)
  const progress = {
    start: (epoch: number, epochs: number, total?: number) => void lines.push(`start ${epoch}/${epochs} ${total}`),
    update: (done: number) => void lines.push(`update ${done}`),
    stop: (text?: string) => void (text && lines.push(text)),
  }
  await new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer: adam() }), progress }).fit(train, { epochs: 2 })
  expect(lines.slice(0, 4)).toEqual(['start 1/2 3', 'update 1', 'update 2', 'update 3'])
  expect(lines.filter(l => /eager mode: .* steps a second.*@portolan\/export-onnx/.test(l)).length).toBe(1)
  expect(lines.at(-1)).toMatch(/^Epoch 2\/2 {2}loss [\d.]+ {2}/)
})
