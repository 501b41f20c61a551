import { describe, expect, it } from 'vitest'
import {
  History,
  learningRateMonitor,
  Param,
  PortolanError,
  RangeError,
  reduceOnPlateau,
  sgd,
  tensor,
  Trainer,
  warmupCosine,
  type Callback,
  type ReduceOnPlateauOptions,
  type Run,
} from '../index.ts'
import { readGolden } from '../testing/golden.ts'

const { base, figures, plateaus } = readGolden('schedules') as {
  base: number
  figures: number[]
  plateaus: { name: string; options: ReduceOnPlateauOptions; rates: number[] }[]
}
const epoch = (loss: number, n = 1): Run => ({ epoch: n, logs: { loss }, validation: { loss } }) as unknown as Run

describe('reduceOnPlateau', () => {
  for (const { name, options, rates } of plateaus)
    it(`60 epochs as PyTorch reduces: ${name}`, async () => {
      const optimizer = sgd(base)
      let callback: Callback = reduceOnPlateau(optimizer, options)
      for (const [i, figure] of figures.entries()) {
        await callback.epochEnd!(epoch(figure, i + 1))
        const rate = optimizer.lr.value.itemSync()
        expect(Math.abs(rate - rates[i]!), `epoch ${i + 1}: ${rate}, not ${rates[i]}`).toBeLessThanOrEqual(1e-5 * rates[i]!)
        if (i === 30) {
          const kept: unknown = JSON.parse(JSON.stringify(callback.state!()))
          callback = reduceOnPlateau(optimizer, options)
          callback.restore!(kept)
        }
      }
    })

  it('says which figure is missing', async () => {
    const callback = reduceOnPlateau(sgd(1), { monitor: 'validation.f1' })
    await expect(Promise.resolve(callback.epochEnd!(epoch(1)))).rejects.toThrow(
      new PortolanError('reduceOnPlateau: no epoch has a log named validation.f1; there are loss, validation.loss. Name one of them.'),
    )
    expect(() => reduceOnPlateau(sgd(1), { factor: 1 })).toThrow(RangeError)
  })
})

describe('learningRateMonitor', () => {
  it('logs the rate with which an epoch begins, with its schedule', async () => {
    const w = new Param(tensor([1]))
    const optimizer = sgd(0.5, { schedule: warmupCosine(4, 100) })
    const trainer = new Trainer({
      step: { train: () => ({ loss: optimizer.minimize({ w }, () => w.value.square().sum()) }), state: { w, optimizer } },
      callbacks: [learningRateMonitor(optimizer)],
      progress: false,
    })
    expect(optimizer.rate.itemSync()).toBe(0.125)
    const history = await trainer.fit([{ x: tensor([0]) }], { epochs: 3 })
    expect(history).toBeInstanceOf(History)
    expect(history.epochs.map(e => e.logs['learningRate'])).toEqual([0.125, 0.25, 0.375])
  })
})
