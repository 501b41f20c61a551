import {
  compile,
  cosineRestarts,
  exponentialDecay,
  multiStepDecay,
  noam,
  oneCycle,
  polynomialDecay,
  ready,
  stepDecay,
  tensor,
  warmup,
  type Schedule,
  type Tensor,
} from '@portolan/core'
import { checkSame, close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { linearProblem, optimizerCases, partsOf, type OptimizerCase } from '../../packages/core/src/optim/golden-optimizers.ts'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** The losses of a trajectory on an engine, and the parameters at its points. */
async function checkTrajectory({ make, points, losses }: OptimizerCase, engine: (typeof engines)['auto'], name: string): Promise<void> {
  const { model, data, loss } = linearProblem()
  const optimizer = make()
  const parts = partsOf(data, optimizer)
  const step = compile((part: typeof data) => optimizer.minimize(model, () => loss(part)), { engine })
  for (const [i, expected] of losses.entries()) {
    let sum = 0
    for (const part of parts) sum += await (await step(part)).item()
    close([sum / parts.length], [expected], 1e-5, `${name}, loss before step ${i + 1}:`)
    const point = points.find(p => p.step === i + 1)
    if (point)
      for (const k of ['w', 'b'] as const)
        close(await model[k].value.data(), point[k].data.map(Number), 1e-5, `${name}, ${k} after step ${i + 1}:`)
  }
  await step.dispose()
}

describe('every optimizer: 50 steps as PyTorch or the paper takes them, on every engine', () => {
  for (const c of optimizerCases)
    it(c.name, async () => {
      for (const [name, engine] of Object.entries(engines)) await checkTrajectory(c, engine, name)
    })
})

describe('schedules, eager and on every engine', () => {
  const schedules: Record<string, Schedule> = {
    cosineRestarts: cosineRestarts(3, { longer: 2 }),
    'cosineRestarts of one length': cosineRestarts(7),
    exponentialDecay: exponentialDecay(0.9),
    multiStepDecay: multiStepDecay([3, 9]),
    noam: noam(64, 10),
    oneCycle: oneCycle(40),
    polynomialDecay: polynomialDecay(30, { power: 2 }),
    stepDecay: stepDecay(7),
    'warmup, then restarts': warmup(5, cosineRestarts(4)),
  }
  for (const [name, schedule] of Object.entries(schedules))
    it(name, async () => {
      for (const step of [1, 2, 3, 4, 6, 7, 8, 10, 15, 22, 40, 50])
        await checkSame({ [name]: (t: Tensor) => schedule(t) }, [tensor(step)], engines)
    })
})
