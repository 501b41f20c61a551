import { readFileSync } from 'node:fs'
import { RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { cliffWalking } from '../env/cliff-walking.ts'
import { frozenLake } from '../env/frozen-lake.ts'
import { gridWorld } from '../env/grid-world.ts'
import { QLearning } from './q-learning.ts'
import { Sarsa } from './sarsa.ts'
import { valueIteration } from './value-iteration.ts'

const { tables } = JSON.parse(readFileSync(new URL('../../../../private/golden/rl.json', import.meta.url), 'utf8')) as {
  tables: { name: string; size?: '4x4' | '8x8'; slippery?: boolean; values: number[] }[]
}

describe('valueIteration', () => {
  it.each(tables)('$name: the values that policy iteration finds', ({ size, slippery, values }) => {
    const env = size ? frozenLake({ map: size, slippery: slippery! }) : cliffWalking()
    const found = valueIteration(env).values
    values.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 9))
  })
  it("Russell and Norvig's 4 × 3 world has the published utilities", () => {
    const { values, policy } = valueIteration(gridWorld(), { discount: 1 })
    const published = [0.812, 0.868, 0.918, 0, 0.762, NaN, 0.66, 0, 0.705, 0.655, 0.611, 0.388] // ends are worth nothing from there on
    for (const [i, v] of published.entries()) expect(Math.abs((values[i] as number) - v) > 5e-4, `cell ${i}`).toBe(false) // NaN: a wall
    expect([0, 1, 2, 4, 6, 8, 9, 10, 11].map(i => policy[i])).toEqual([1, 1, 1, 0, 0, 0, 3, 3, 3])
  })
  it('says what does not come to rest', () => {
    const forever = { transitions: [[[{ probability: 1, next: 0, reward: 1, terminated: false }]]] }
    expect(() => valueIteration(forever, { discount: 1, sweeps: 100 })).toThrow(/must come to rest/)
    expect(() => valueIteration(forever, { discount: 0 })).toThrow(RangeError)
  })
})

describe('Q-learning and SARSA', () => {
  const walk = (policy: Int32Array): { cells: number[]; reward: number } => {
    const env = cliffWalking({ maxSteps: 60 })
    let at = env.reset().observation
    const cells = [at]
    for (let reward = 0; ;) {
      const made = env.step(policy[at]!)
      reward += made.reward
      cells.push((at = made.observation))
      if (made.terminated || made.truncated) return { cells, reward }
    }
  }
  it('walk along the cliff or keep away, as in Sutton and Barto', () => {
    const options = { env: cliffWalking(), discount: 1, learningRate: 0.5, exploration: 0.1, seed: 3 }
    const q = new QLearning(options)
    const episodes = q.learn(40_000)
    expect(walk(q.policy).reward).toBe(-13) // the shortest way
    const sarsa = new Sarsa({ ...options, env: cliffWalking(), learningRate: 0.1 })
    const safer = sarsa.learn(40_000)
    const mean = (list: typeof episodes): number => list.slice(-200).reduce((s, e) => s + e.return, 0) / 200
    expect(mean(safer)).toBeGreaterThan(mean(episodes)) // while it learns, SARSA falls less
    expect(walk(sarsa.policy).cells.filter(c => c >= 24 && c < 36).length).toBeLessThan(10) // not all along the edge
  })
  it.each([QLearning, Sarsa])('%o goes on from its state, exactly', Learner => {
    const make = () =>
      new Learner({ env: frozenLake(), learningRate: n => 1 / n ** 0.7, exploration: s => 1 / (1 + s / 100), initial: 1, seed: 8 })
    const whole = make()
    const episodes = whole.learn(3000)
    const first = make()
    const before = first.learn(1234)
    const second = make()
    second.restore(JSON.parse(JSON.stringify(first.state())) as ReturnType<typeof first.state>)
    expect([...before, ...second.learn(3000 - 1234)]).toEqual(episodes)
    expect(second.state()).toEqual(whole.state())
  })
  it('refuse what is out of range', () => {
    for (const bad of [{ discount: 2 }, { learningRate: 0 }, { exploration: -1 }])
      expect(() => new QLearning({ env: cliffWalking(), ...bad })).toThrow(RangeError)
  })
})
