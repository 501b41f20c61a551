import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  adam,
  Linear,
  Module,
  mse,
  NotFiniteError,
  Param,
  RunError,
  seed,
  sgd,
  supervised,
  tensor,
  Trainer,
  type Engine,
  type HostBatch,
  type Tensor,
} from '../index.ts'
import { checkpoints, readSafetensors } from '../node.ts'

const root = mkdtempSync(join(tmpdir(), 'portolan-'))
afterAll(() => rmSync(root, { recursive: true }))

const pair = (x: number, y: number): HostBatch => ({ x: tensor([[x]]), y: tensor([[y]]) })
const caught = async (run: Promise<unknown>): Promise<NotFiniteError> => {
  const error: unknown = await run.catch((e: unknown) => e)
  expect(error).toBeInstanceOf(NotFiniteError)
  return error as NotFiniteError
}
const numbers = (m: { weight: Param }): number[] => Array.from(m.weight.value.dataSync())

class LogNet extends Module {
  readonly scale = new Linear(1, 1, { bias: false })
  forward(x: Tensor): Tensor {
    return this.scale.forward(x.log())
  }
}

describe('a step with numbers that are not finite', () => {
  it('names the op and the line, keeps the batch, and is undone', async () => {
    seed(0)
    const model = new LogNet()
    const trainer = new Trainer({ step: supervised({ model, loss: mse, optimizer: adam(0.1) }), progress: false })
    const folder = join(root, 'log')
    const data = [pair(1, 1), pair(2, 1), pair(-3, 1)]
    const seen: number[][] = []
    const error = await caught(
      new Trainer({
        step: supervised({ model, loss: mse, optimizer: adam(0.1) }),
        progress: false,
        callbacks: [{ batchEnd: () => void seen.push(numbers(model.scale)) }],
      }).fit(data, { epochs: 1, checkpoint: checkpoints(folder, { everySteps: 1 }) }),
    )
    expect(error.message).toMatch(/^step 3 \(epoch 1, batch 3\): loss is NaN\. Lower the learning rate/)
    expect(error.message).toMatch(/\nThe first NaN is made by log, of numbers between -3 and -3\n +at .*guard\.test\.ts:\d+/)
    expect(error.message).toContain(`\nThe batch is kept in ${join(folder, 'not-finite-step-3.safetensors')}.`)
    expect(error.message).toContain(`\nThe last checkpoint is ${join(folder, 'step-00000002.safetensors')}.`)
    expect([error.step, error.op, error.received, error.code]).toEqual([3, 'loss', 'NaN', 'PORTOLAN_NOT_FINITE'])
    expect(Array.from((await readSafetensors(error.file!)).tensors['x']!.data)).toEqual([-3])
    expect(numbers(model.scale)).toEqual(seen[1])
    expect(readdirSync(folder)).toContain('step-00000002.safetensors')
    expect((await caught(trainer.trainOnBatch(pair(-1, 0)))).batch).toBeDefined()
  })

  it('finds a gradient that was not finite a step earlier', async () => {
    class Root extends Module {
      readonly weight = new Param(tensor([[4]]))
      forward(x: Tensor): Tensor {
        return x.mul(this.weight.value).sqrt() // its gradient at 0 is infinite
      }
    }
    const model = new Root()
    const trainer = new Trainer({ step: supervised({ model, loss: mse, optimizer: sgd(0.01) }), progress: false })
    const data = [pair(1, 2), pair(4, 3), pair(0, 1), pair(1, 1)]
    const before: number[][] = []
    const remember = { batchEnd: () => void before.push(numbers(model)) }
    const error = await caught(
      new Trainer({ step: supervised({ model, loss: mse, optimizer: sgd(0.01) }), progress: false, callbacks: [remember] }).fit(data, {
        epochs: 1,
      }),
    )
    expect(error.message).toMatch(/^step 4 .*: loss is NaN/)
    expect(error.message).toMatch(/The step before it, 3, made a variable \(\[1,1\]\) not finite\./)
    expect(error.message).toMatch(/The first Infinity is made by \w+, of numbers between .*\n +at .*guard\.test\.ts/)
    expect(error.message).toMatch(/The first NaN is made by mul, .*\n +at .*guard\.test\.ts/)
    expect([error.step, Array.from((error.batch!['x'] as Tensor).dataSync())]).toEqual([3, [0]])
    expect(numbers(model)).toEqual(before[1])
    await trainer.trainOnBatch(pair(1, 2)) // goes on from good numbers
    expect(numbers(model).every(Number.isFinite)).toBe(true)
  })

  it('says so when the weights were bad from the beginning', async () => {
    const model = new Linear(1, 1)
    model.weight.value = tensor([[NaN]])
    const trainer = new Trainer({ step: supervised({ model, loss: mse, optimizer: sgd(0.1) }), progress: false })
    expect((await caught(trainer.trainOnBatch(pair(1, 1)))).message).toMatch(/a variable \(\[1,1\]\) was not finite before it/)
  })
})

describe('an engine that fails', () => {
  const failing = (error: () => Error): Engine => ({
    name: 'broken',
    compile: async () => ({
      run: async () => {
        throw error()
      },
      dispose: async () => {},
    }),
  })
  const run = async (error: () => Error): Promise<Error> => {
    const model = new Linear(1, 1)
    const step = supervised({ model, loss: mse, optimizer: sgd(0.1) })
    const trainer = new Trainer({ step, engine: failing(error), progress: false })
    return trainer.fit([pair(1, 1)], { epochs: 1 }).then(
      () => new Error('nothing was thrown'),
      (e: Error) => e,
    )
  }
  it('ends in one error that says where', async () => {
    const error = await run(() => new RunError('onnx: device lost'))
    expect(error.message).toBe('step 1 (epoch 1, batch 1): onnx: device lost.\nAll state is as it was before this step.')
    expect(error.cause).toBeInstanceOf(RunError)
  })
  it('or is out of memory', async () => {
    const error = await run(() => new globalThis.RangeError('Array buffer allocation failed'))
    expect(error).toBeInstanceOf(RunError)
    expect(error.message).toMatch(/memory is full: Array buffer allocation failed\. Make batches smaller/)
  })
  it('what is the user’s own stays as it is', async () => {
    const own = new TypeError('no such thing')
    expect(await run(() => own)).toBe(own)
  })
})
