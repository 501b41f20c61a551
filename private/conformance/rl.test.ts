import { adam, compile, HostRng, ready, seed, tensor, toHost, variables, type Engine, type Tensor } from '@portolan/core'
import {
  A2C,
  AlphaZero,
  cartPole,
  DQN,
  pendulum,
  plannerBatch,
  plannerStep,
  PPO,
  Reinforce,
  SAC,
  ticTacToe,
  ValueIterationNetwork,
  type PlannerBatch,
} from '@portolan/rl'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

interface Run {
  learn(steps: number): Promise<unknown[]>
  save(): Promise<Uint8Array>
  load(bytes: Uint8Array): void
  dispose(): Promise<void>
}
type Given = { readonly engine?: Engine }

const dqn = {
  env: cartPole(),
  seed: 4,
  capacity: 60,
  batchSize: 8,
  warmup: 30,
  updateEvery: 3,
  followEvery: 7,
  exploration: { from: 1, to: 0.1, steps: 100 },
}
const dqns = {
  DQN: (given: Given) => new DQN({ ...dqn, env: cartPole(), ...given }),
  'double dueling DQN': (given: Given) => new DQN({ ...dqn, env: cartPole(), double: true, dueling: true, tau: 0.3, ...given }),
}
const ppo = (given: Given) => new PPO({ env: () => cartPole(), seed: 4, envs: 2, rollout: 16, minibatches: 2, budget: 500, ...given })
const a2c = (given: Given) => new A2C({ env: () => cartPole(), seed: 4, envs: 2, entropy: 0.01, ...given })
const reinforce = (given: Given) => new Reinforce({ env: cartPole({ maxSteps: 30 }), seed: 4, episodes: 3, ...given })
const sac = (given: Given) =>
  new SAC({ env: pendulum({ maxSteps: 25 }), seed: 4, hidden: 16, capacity: 60, batchSize: 8, warmup: 30, ...given })
const runs: Readonly<Record<string, (given: Given) => Run>> = { ...dqns, PPO: ppo, A2C: a2c, Reinforce: reinforce, SAC: sac }

const alphaZero = (given: Given) =>
  new AlphaZero({ game: ticTacToe, seed: 4, simulations: 4, games: 3, updates: 2, batchSize: 8, ...given })

const rng = new HostRng(11)
const floats = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    shape,
  )
const choices = (n: number, below: number): Tensor => tensor(Int32Array.from({ length: n }, () => rng.integer(below)))
const flags = (n: number): Tensor => choices(n, 2).cast('float32')
const experiences = (n: number, action: Tensor, seen: number) => ({ observation: floats(n, seen), action, reward: floats(n), next: floats(n, seen), terminated: flags(n) }) // prettier-ignore

interface Learner {
  /** Everything that an update changes. */
  readonly modules: object
  step(batch: never): unknown
}

/** What is in variables after updates by these batches. */
async function after({ modules, step }: Learner, batches: readonly object[], engine?: Engine): Promise<Map<string, number[]>> {
  const update = compile((batch: object) => (step(batch as never), {}), { engine })
  for (const batch of batches) await update(batch)
  await update.dispose()
  await toHost(modules)
  return new Map([...variables(modules)].map(([path, v]) => [path, Array.from(v.value.dataSync())]))
}

describe.each(Object.entries(engines))('updates compiled by the engine (%s) equal those made op by op', (_, engine) => {
  /** The share of all variables that changed, once each is as close as it should be. */
  async function same(of: () => Learner, batch: () => object): Promise<number> {
    const batches = Array.from({ length: 5 }, batch)
    const [before, eager, compiled] = [await after(of(), []), await after(of(), batches), await after(of(), batches, engine)]
    expect([...eager.keys()]).toEqual([...compiled.keys()])
    for (const [path, value] of eager) close(compiled.get(path)!, value, 1e-5, path)
    const changed = [...eager].filter(([path, v]) => JSON.stringify(v) !== JSON.stringify(before.get(path)))
    return changed.length / eager.size
  }
  it.each(Object.entries(dqns))('%s', async (_, make) =>
    expect(
      await same(
        () => {
          const learner = make({})
          const { online, target, optimizer } = learner
          return { modules: { online, target, optimizer }, step: batch => learner.step(batch) }
        },
        () => experiences(8, choices(8, 2), 4),
      ),
    ).toBeGreaterThan(0.5),
  )
  it('SAC', async () =>
    expect(
      await same(
        () => {
          const learner = sac({})
          const { actor, critics, target, temperature, optimizers } = learner
          return { modules: { actor, critics, target, temperature, optimizers }, step: batch => learner.step(batch) }
        },
        () => experiences(8, floats(8, 1).tanh(), 3),
      ),
    ).toBeGreaterThan(0.5))
  it('AlphaZero', async () =>
    expect(
      await same(
        () => {
          const learner = alphaZero({})
          const { network, optimizer } = learner
          return { modules: { network, optimizer }, step: batch => learner.step(batch) }
        },
        () => ({ observation: floats(8, 2, 3, 3), policy: floats(8, 9).softmax(), outcome: floats(8).tanh() }),
      ),
    ).toBeGreaterThan(0.5))
  it('a planner', async () =>
    expect(
      await same(
        () => {
          seed(4)
          const model = new ValueIterationNetwork({ sweeps: 4, hidden: 8, moves: 5 })
          const optimizer = adam(1e-3).init(model)
          const step = (batch: PlannerBatch) => plannerStep(model, optimizer, batch)
          return { modules: { model, optimizer }, step }
        },
        () => plannerBatch(rng, 4, { size: 5 }),
      ),
    ).toBeGreaterThan(0.5))
  it.each(Object.entries({ ppo, a2c, reinforce }))('%s', async (_, make) =>
    expect(
      await same(
        () => {
          const learner = make({})
          const { model, optimizer } = learner
          return { modules: { model, optimizer }, step: batch => learner.step(batch) }
        },
        () => ({
          observation: floats(16, 4),
          action: choices(16, 2),
          logProbability: floats(16).mul(0.1).sub(0.7),
          value: floats(16),
          advantage: floats(16),
          wanted: floats(16),
          weight: flags(16),
        }),
      ),
    ).toBeGreaterThan(0.5),
  )
})

describe('a run', () => {
  const kinds = Object.entries(runs).flatMap(([name, make]) => [
    [`${name}, compiled`, () => make({ engine: engines.auto }), 100, 60] as const,
    [`${name}, op by op`, () => make({}), 40, 15] as const,
  ])
  it.each(kinds)('%s: one seed, one result, and what was killed goes on exactly', async (_, make, first, then) => {
    const whole = make()
    const episodes = await whole.learn(first)
    episodes.push(...(await whole.learn(then)))
    const wanted = await whole.save()

    const killed = make()
    const before = await killed.learn(first)
    const saved = await killed.save()
    await killed.learn(7) // what comes after the last save is lost
    const resumed = make()
    resumed.load(saved)
    const all = [...before, ...(await resumed.learn(then))]
    expect(all).toEqual(episodes)
    expect(all.length).toBeGreaterThan(0)
    expect(Buffer.from(await resumed.save()).equals(Buffer.from(wanted))).toBe(true)
    await Promise.all([whole, killed, resumed].map(run => run.dispose()))
  })
  it.each(
    Object.entries(engines)
      .slice(1)
      .concat([['op by op', undefined as never]]),
  )('of AlphaZero goes on exactly (%s)', async (_, engine) => {
    const make = () => alphaZero(engine ? { engine } : {})
    const whole = make()
    await whole.learn(3)
    const killed = make()
    await killed.learn(2)
    const resumed = make()
    resumed.load(await killed.save())
    await resumed.learn(1)
    expect(Buffer.from(await resumed.save()).equals(Buffer.from(await whole.save()))).toBe(true)
    await Promise.all([whole, killed, resumed].map(run => run.dispose()))
  })
  it('is not taken for another', async () => {
    const bytes = await a2c({}).save()
    expect(() => ppo({}).load(bytes)).toThrow(/PPO\.load: the bytes must be a run that PPO\.save\(\) gave, got A2C/)
    expect(() => new A2C({ env: () => cartPole(), envs: 3 }).load(bytes)).toThrow(/RolloutBuffer\.restore: observations must hold/)
    expect(() => ppo({}).load(bytes.subarray(0, 50))).toThrow(/PPO\.load/)
  })
})
