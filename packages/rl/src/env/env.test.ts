import { readFileSync } from 'node:fs'
import { HostRng, PortolanError, RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { cartPole } from './cart-pole.ts'
import { cliffWalking } from './cliff-walking.ts'
import type { Env } from './env.ts'
import { frameStack } from './frame-stack.ts'
import { frozenLake, frozenLakeMap } from './frozen-lake.ts'
import { gridWorld } from './grid-world.ts'
import { mountainCar } from './mountain-car.ts'
import { normalizeObservation } from './normalize-observation.ts'
import { distances, obstacleMap, pathPlanning } from './path-planning.ts'
import { pendulum } from './pendulum.ts'
import { recordEpisodes } from './record-episodes.ts'
import { box, contains, discrete, sample, type Element, type Space } from './space.ts'
import type { TabularEnv } from './tabular.ts'
import { ticTacToe, ticTacToeEnv } from './tic-tac-toe.ts'
import { timeLimit } from './time-limit.ts'
import { vectorize } from './vectorize.ts'
import { minimax } from './game.ts'

interface Course {
  readonly name: 'cartPole' | 'mountainCar' | 'pendulum'
  readonly episodes: readonly {
    readonly start: number[]
    readonly actions: number[]
    readonly states: number[][]
    readonly rewards: number[]
    readonly terminated: boolean
  }[]
}
interface Table {
  readonly name: string
  readonly size?: '4x4' | '8x8'
  readonly slippery?: boolean
  readonly table: [number, number, number, boolean][][][]
}
const golden = JSON.parse(readFileSync(new URL('../../../../private/golden/rl.json', import.meta.url), 'utf8')) as {
  courses: Course[]
  tables: Table[]
}

/** Every environment, however it is made. */
const all: Readonly<Record<string, () => Env>> = {
  cartPole: () => cartPole(),
  mountainCar: () => mountainCar({ maxSteps: 30 }),
  pendulum: () => pendulum({ maxSteps: 30 }),
  gridWorld: () => gridWorld(),
  frozenLake: () => frozenLake(),
  'frozenLake, a generated map': () => frozenLake({ map: frozenLakeMap(6, { seed: 3 }) }),
  cliffWalking: () => cliffWalking({ maxSteps: 40 }),
  ticTacToe: () => ticTacToeEnv(),
  'ticTacToe with an opponent': () => ticTacToeEnv({ opponent: (p, rng) => ticTacToe.legal(p)[rng.integer(ticTacToe.legal(p).length)]! }),
  pathPlanning: () => pathPlanning({ size: 5 }),
  timeLimit: () => timeLimit(gridWorld(), 5),
  recordEpisodes: () => recordEpisodes(gridWorld()),
  normalizeObservation: () => normalizeObservation(mountainCar({ maxSteps: 30 })),
  frameStack: () => frameStack(pendulum({ maxSteps: 30 }), 3),
}

/** Steps by chance: everything that it gave. */
function course(env: Env, rng: HostRng, steps: number, begun = false): unknown[] {
  const seen: unknown[] = begun ? [] : [env.reset({ seed: 5 })]
  for (let i = 0; i < steps; i++) {
    const made = env.step(sample(env.actionSpace, rng) as never)
    seen.push(made)
    if (made.terminated || made.truncated) seen.push(env.reset())
  }
  return seen
}

describe('every environment', () => {
  it.each(Object.entries(all))('%s: one seed, one course, within its spaces', (name, make) => {
    const env = make()
    const seen = course(env, new HostRng(1), 200) as { observation: Element<Space> }[]
    expect(seen.every(s => contains(env.observationSpace, s.observation))).toBe(true)
    expect(course(make(), new HostRng(1), 200)).toEqual(seen)
    const again = name === 'normalizeObservation' ? make() : env // statistics go on, all else begins anew
    expect(course(again, new HostRng(1), 200)).toEqual(seen)
    expect(seen.length).toBeGreaterThan(201) // some episode ended
  })

  it.each(Object.entries(all))('%s: goes on from a saved state in another one, exactly', (_, make) => {
    const env = make()
    course(env, new HostRng(2), 77)
    const saved = JSON.stringify(env.state())
    const other = make()
    other.restore(JSON.parse(saved) as Record<string, unknown>)
    expect(JSON.stringify(other.draw())).toBe(JSON.stringify(env.draw()))
    expect(course(other, new HostRng(3), 100, true)).toEqual(course(env, new HostRng(3), 100, true))
  })

  it.each(Object.entries(all))('%s: says what it does not take', (_, make) => {
    const env = make()
    expect(() => env.step(0 as never)).toThrow(/Call reset\(\) first/)
    env.reset()
    for (const bad of [-1, 99, 0.5, '1', undefined, Float32Array.of(9)]) expect(() => env.step(bad as never)).toThrow(RangeError)
  })
})

describe('dynamics', () => {
  const make = { cartPole, mountainCar, pendulum }
  it.each(golden.courses)('$name: 1,000 steps are those of the formulas', ({ name, episodes }) => {
    const env = make[name]() as Env
    env.reset()
    const { rng } = (env.state() as { env: { rng: unknown } }).env
    expect(episodes.reduce((sum, e) => sum + e.actions.length, 0)).toBe(1000)
    for (const { start, actions, states, rewards, terminated } of episodes) {
      env.restore({ steps: 0, env: { now: name === 'pendulum' ? [...start, 0] : start, over: false, rng } })
      actions.forEach((action, i) => {
        const made = env.step((name === 'pendulum' ? Float32Array.of(action) : action) as never)
        const { now } = (env.state() as { env: { now: number[] } }).env
        // what falls doubles every fifth of a second: the last bits of two libraries' sines are 10⁻⁹ apart after 270 steps
        states[i]!.forEach((v, k) => expect(Math.abs(now[k]! - v), `state ${k} after ${i + 1} steps`).toBeLessThan(1e-8))
        expect(made.reward).toBeCloseTo(rewards[i]!, 9)
        expect(made.terminated).toBe(terminated && i === actions.length - 1)
      })
    }
  })

  it.each(golden.tables)('$name: every transition', ({ name, size, slippery, table }) => {
    const env: TabularEnv = name === 'cliffWalking' ? cliffWalking() : frozenLake({ map: size!, slippery: slippery! })
    const plain = env.transitions.map(actions => actions.map(list => list.map(t => [t.probability, t.next, t.reward, t.terminated])))
    expect(plain).toEqual(table)
  })

  it('begin where Gymnasium begins', () => {
    const starts = (env: Env): number[][] =>
      Array.from({ length: 300 }, (_, seed) => [...(env.reset({ seed }).observation as unknown as Float32Array)])
    const range = (list: number[][], i: number): [number, number] => [Math.min(...list.map(s => s[i]!)), Math.max(...list.map(s => s[i]!))]
    const poles = starts(cartPole())
    for (const i of [0, 1, 2, 3]) {
      const [low, high] = range(poles, i)
      expect([low > -0.05, low < -0.048, high > 0.048, high < 0.05]).toEqual([true, true, true, true])
    }
    const cars = range(starts(mountainCar()), 0)
    expect(cars[0]).toBeCloseTo(-0.6, 2)
    expect(cars[1]).toBeCloseTo(-0.4, 2)
    const swings = starts(pendulum())
    expect(range(swings, 2)[1]).toBeCloseTo(1, 1)
    expect(range(swings, 0)).toEqual([expect.closeTo(-1, 2), expect.closeTo(1, 2)])
  })

  it('cut episodes where Gymnasium cuts them', () => {
    const lengthOf = (env: Env, action: unknown): number => {
      env.reset({ seed: 1 })
      for (let n = 1; ; n++) {
        const { terminated, truncated } = env.step(action as never)
        if (terminated || truncated) return truncated && !terminated ? n : -n
      }
    }
    expect(lengthOf(mountainCar(), 1)).toBe(200)
    expect(lengthOf(pendulum(), Float32Array.of(0))).toBe(200)
    expect(lengthOf(frozenLake({ slippery: false }), 0)).toBe(100)
    expect(lengthOf(frozenLake({ map: '8x8', slippery: false }), 0)).toBe(200)
    expect(lengthOf(cartPole(), 1)).toBeLessThan(0)
  })

  it('slip as often as they say', () => {
    const env = frozenLake({ map: ['FFF', 'FSF', 'FFG'] })
    const seen = [0, 0, 0, 0]
    for (let seed = 0; seed < 3000; seed++) {
      env.reset({ seed })
      const { observation } = env.step(2)
      seen[[1, 5, 7, 3].indexOf(observation)]!++
    }
    expect(seen[3]).toBe(0)
    for (const n of seen.slice(0, 3)) expect(Math.abs(n - 1000)).toBeLessThan(100) // four standard deviations
  })
})

describe('spaces', () => {
  it('draw within their bounds, whatever those are', () => {
    const rng = new HostRng(4)
    const space = box([-1, 2, -Infinity, -Infinity], [1, Infinity, 3, Infinity], [4])
    for (let i = 0; i < 200; i++) expect(contains(space, sample(space, rng))).toBe(true)
    const counts = [0, 0, 0]
    for (let i = 0; i < 300; i++) counts[sample(discrete(3), rng)]!++
    expect(Math.min(...counts)).toBeGreaterThan(60)
  })
  it('refuse bounds that hold nothing', () => {
    expect(() => box(1, 0, [2])).toThrow(RangeError)
    expect(() => box([0], [1, 1], [2])).toThrow(/must hold 2 numbers/)
    expect(() => discrete(0)).toThrow(RangeError)
  })
})

describe('wrappers', () => {
  it('timeLimit cuts, and tells cut from ended', () => {
    const env = timeLimit(cliffWalking(), 3)
    env.reset()
    expect([0, 0, 0].map(() => env.step(0)).map(s => [s.terminated, s.truncated])).toEqual([[false, false], [false, false], [false, true]]) // prettier-ignore
    expect(() => timeLimit(cliffWalking(), 0)).toThrow(RangeError)
  })
  it('recordEpisodes adds up', () => {
    const env = recordEpisodes(timeLimit(cliffWalking(), 4))
    env.reset()
    expect([1, 0, 0, 0].map(a => env.step(a).info['episode'])).toEqual([undefined, undefined, undefined, { return: -103, length: 4 }])
  })
  it('normalizeObservation has the mean and variance of what it saw', () => {
    const plain = course(mountainCar({ maxSteps: 50 }), new HostRng(6), 100) as { observation: Float32Array }[]
    const env = normalizeObservation(mountainCar({ maxSteps: 50 }))
    const last = (course(env, new HostRng(6), 100) as { observation: Float32Array }[]).at(-1)!.observation
    for (const i of [0, 1]) {
      const x = plain.map(s => s.observation[i]!)
      const mean = x.reduce((a, b) => a + b, 0) / x.length
      const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length
      // the start counts as 10⁻⁴ observations of mean 0 and variance 1
      expect(last[i]).toBeCloseTo((x.at(-1)! - mean) / Math.sqrt(variance + 1e-4 / x.length), 2)
    }
  })
  it('frameStack keeps the last ones in order', () => {
    const env = frameStack(timeLimit(pathPlanning({ size: 3 }), 5), 2)
    const { observation: first } = env.reset({ seed: 2 })
    expect(first.subarray(0, 27)).toEqual(first.subarray(27))
    const { observation: second } = env.step(1)
    expect(second.subarray(0, 27)).toEqual(first.subarray(27))
    expect(env.observationSpace.shape).toEqual([2, 3, 3, 3])
  })
})

describe('vectorize', () => {
  it('goes in step, and begins anew by itself', () => {
    const envs = vectorize(() => recordEpisodes(cartPole()), 3)
    const single = [0, 1, 2].map(() => cartPole())
    let { observations } = envs.reset({ seed: 9 })
    expect(observations).toEqual(Float32Array.from(single.flatMap((env, i) => [...env.reset({ seed: 9 + i }).observation])))
    const rng = new HostRng(1)
    let ended = 0
    for (let t = 0; t < 100; t++) {
      const actions = [0, 1, 2].map(() => rng.integer(2))
      const made = envs.step(actions)
      single.forEach((env, i) => {
        const alone = env.step(actions[i]!)
        expect(made.last.subarray(4 * i, 4 * i + 4)).toEqual(alone.observation)
        expect([made.rewards[i], made.terminated[i]]).toEqual([1, Number(alone.terminated)])
        if (alone.terminated) ended++
        expect('episode' in made.infos[i]!).toBe(alone.terminated)
        const next = alone.terminated ? env.reset().observation : alone.observation
        expect(made.observations.subarray(4 * i, 4 * i + 4)).toEqual(next)
      })
      observations = made.observations
    }
    expect(ended).toBeGreaterThan(5)
    expect(() => envs.step([0])).toThrow(/need 3 numbers/)
  })
})

describe('games and maps', () => {
  it('tic-tac-toe: 5,478 positions, and nobody wins if both play well', () => {
    const known = new Map<string, number>()
    expect(minimax(ticTacToe, ticTacToe.start(), known)).toBe(0)
    expect(known.size).toBe(5478) // the number of legal positions
    expect(ticTacToe.outcome([1, 1, 1, -1, -1, 0, 0, 0, 0])).toBe(-1)
    expect(() => ticTacToe.play([1, 0, 0, 0, 0, 0, 0, 0, 0], 0)).toThrow(PortolanError)
    const env = ticTacToeEnv()
    env.reset()
    env.step(0)
    expect(env.step(0)).toMatchObject({ reward: -1, terminated: true })
  })
  it('maps always have a way', () => {
    const rng = new HostRng(1)
    for (let i = 0; i < 50; i++) {
      const map = obstacleMap(rng, { size: 6, density: 0.4 })
      const d = distances(map, map.goal)
      expect(d[map.start]).toBeGreaterThan(0)
      expect(d[map.start]).toBeLessThan(Infinity)
      expect(map.blocked[map.start]! + map.blocked[map.goal]!).toBe(0)
    }
    for (let seed = 0; seed < 20; seed++) expect(frozenLakeMap(5, { ice: 0.6, seed }).join('')).toMatch(/^S[FH]{23}G$/)
  })
})
