import {
  adam,
  Conv2d,
  crossEntropy,
  Linear,
  mse,
  Param,
  RangeError,
  ready,
  seed,
  supervised,
  tensor,
  Trainer,
  variables,
  type Callback,
  type Engine,
  type Program,
} from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { beforeAll, describe, expect, it } from 'vitest'
import { Mlp } from './models.ts'
import { courses, type Batch, type Course } from './recipes.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** The engine, and how many runs it makes. */
function counted(): { engine: Engine; runs: () => number } {
  const engine = onnx({ threads: 1 })
  let runs = 0
  const count = (program: Program): Program => ({
    run: inputs => (runs++, program.run(inputs)),
    dispose: () => program.dispose(),
  })
  return { engine: { ...engine, compile: async graph => count(await engine.compile(graph)) }, runs: () => runs }
}

const short = (batch: Batch): Batch => Object.fromEntries(Object.entries(batch).map(([name, t]) => [name, t.slice(0, 0, t.shape[0]! - 1)]))

/** Two epochs of 18 batches, the last of which has another size. */
async function train(course: Course, stepsARun?: number) {
  const { step, state } = course.make()
  const { engine, runs } = counted()
  const told: unknown[] = []
  const watch: Callback = { watches: true, batchEnd: ({ step, logs }) => void told.push([step, logs]) }
  const whole = Array.from({ length: 17 }, (_, i) => course.batches[i % course.batches.length]!)
  const data = [...whole, short(course.batches[0]!)] as never[]
  const options = { engine, callbacks: [watch], progress: false, ...(stepsARun !== undefined && { stepsARun }) }
  const trainer = new Trainer({ step: { train: b => step(b as never), state }, ...options })
  await trainer.fit(data, { epochs: 2 })
  await trainer.dispose()
  const after = await Promise.all([...variables(state)].map(async ([path, v]) => [path, Array.from(await v.value.data())] as const))
  return { told, after, history: trainer.history.epochs.map(e => e.logs), runs: runs() }
}

describe.each(Object.entries(courses))('%s', (name, course) => {
  it('is trained in as few runs as pay off, with the bits of single steps', async () => {
    const [one, several] = [await train(course, 1), await train(course)]
    expect(one.runs).toBe(36)
    expect(several.runs).toBe(2 * (name === 'gpt' ? 2 + 2 : 1 + 2)) // 16 steps or twice 8, one, and the short batch
    const { runs: _, ...rest } = one
    expect(several).toEqual({ ...rest, runs: several.runs })
  })
})

describe('how many steps a run makes', () => {
  const batch = { x: tensor(new Float32Array(32).fill(0.5), [8, 4]), y: tensor(Int32Array.from({ length: 8 }, (_, i) => i % 2)) }
  async function runsOf(callbacks: readonly Callback[], stepsARun?: number, model = new Mlp(4, 8, 2)) {
    seed(1)
    const { engine, runs } = counted()
    const step = supervised({ model, loss: crossEntropy, optimizer: adam() })
    const trainer = new Trainer({ step, engine, callbacks, progress: false, ...(stepsARun !== undefined && { stepsARun }) })
    await trainer.fit(
      Array.from({ length: 16 }, () => batch),
      { epochs: 1 },
    )
    return runs()
  }
  it('one where a callback may act after each step, and it does so at once', async () => {
    expect(await runsOf([])).toBe(1)
    expect(await runsOf([{ watches: true, batchEnd() {} }])).toBe(1)
    expect(await runsOf([{ epochEnd() {} }])).toBe(1)
    expect(await runsOf([{ batchEnd() {} }])).toBe(16)
    expect(await runsOf([{ batchEnd() {} }], 8)).toBe(16)
    expect(await runsOf([{ batchEnd: ({ step, stop }) => void (step === 3 && stop('enough')) }])).toBe(3)
  })
  it('what is asked for', async () => {
    expect(await runsOf([], 4)).toBe(4)
    expect(await runsOf([], 5)).toBe(3 + 1)
    await expect(runsOf([], 0)).rejects.toThrow(RangeError)
    await expect(runsOf([], 1.5)).rejects.toThrow(/stepsARun must be a whole number of at least 1, got 1\.5/)
  })
  it('fewer where a step is long beside its state', async () => {
    const of = async (model: Linear | Conv2d, shape: number[]) => {
      const { engine, runs } = counted()
      const x = tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(0.1), shape)
      const step = supervised({ model, loss: (out, target) => mse(out.mean(), target.mean()), optimizer: adam() })
      await new Trainer({ step, engine, progress: false }).fit(
        Array.from({ length: 16 }, () => ({ x, y: x })),
        { epochs: 1 },
      )
      expect([...variables(model, Param).values()].length).toBeGreaterThan(0)
      return runs()
    }
    expect(await of(new Linear(64, 64), [8, 64])).toBe(1)
    expect(await of(new Linear(64, 64), [65536, 64])).toBe(16)
    expect(await of(new Conv2d(1, 2, 3), [2, 1, 8, 8])).toBe(1)
    expect(await of(new Conv2d(16, 16, 3), [64, 16, 32, 32])).toBe(16)
  })
})

it('a figure that is not finite is named with its own step, as if there were single steps', async () => {
  seed(1)
  const model = new Mlp(4, 8, 2)
  const data = Array.from({ length: 16 }, (_, i) => ({
    x: tensor(new Float32Array(32).fill(i === 9 ? NaN : 0.5), [8, 4]),
    y: tensor(new Int32Array(8)),
  }))
  const trainer = new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer: adam() }), engine: onnx(), progress: false })
  await expect(trainer.fit(data, { epochs: 1 })).rejects.toThrow(/step 10 \(epoch 1, batch 10\): loss is NaN/)
})
