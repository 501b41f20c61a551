import { adam, Linear, Module, mse, NotFiniteError, seed, supervised, tensor, Trainer, type HostBatch, type Tensor } from '@portolan/core'
import { expect, it } from 'vitest'
import { engines } from './engines.ts'

class LogNet extends Module {
  readonly scale = new Linear(1, 1)
  forward(x: Tensor): Tensor {
    return this.scale.forward(x.log())
  }
}
const pair = (x: number): HostBatch => ({ x: tensor([[x]]), y: tensor([[1]]) })

it.each(Object.entries(engines))('a compiled step that is not finite is undone and looked into: %s', async (_, engine) => {
  const run = async (data: HostBatch[]) => {
    seed(0)
    const model = new LogNet()
    const trainer = new Trainer({ step: supervised({ model, loss: mse, optimizer: adam(0.1) }), engine, progress: false })
    const error: unknown = await trainer.fit(data, { epochs: 1 }).catch((e: unknown) => e)
    const weights = [...(await model.scale.weight.value.data()), ...(await model.scale.bias!.value.data())]
    await trainer.dispose()
    return { error, weights }
  }
  const good = await run([pair(1), pair(2)])
  const bad = await run([pair(1), pair(2), pair(-3)])
  expect(bad.error).toBeInstanceOf(NotFiniteError)
  expect((bad.error as Error).message).toMatch(/The first NaN is made by log, of numbers between -3 and -3\n +at .*guard\.test\.ts/)
  expect(bad.weights).toEqual(good.weights)
})
