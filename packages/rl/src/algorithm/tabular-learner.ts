import { HostRng, RangeError, type HostRngState } from '@portolan/core'
import type { Env, EnvState } from '../env/env.ts'
import { recordEpisodes, type Episode } from '../env/record-episodes.ts'
import type { Discrete } from '../env/space.ts'

/** Options of learners that keep a table. */
export interface TabularOptions {
  readonly env: Env<Discrete, Discrete>
  /** What the next step's worth counts for, γ: 0 … 1; default 0.99. */
  readonly discount?: number
  /** Share of each correction that is learned, above 0 and at most 1, by how often its state and action were seen; default 0.1. */
  readonly learningRate?: number | ((visits: number) => number)
  /** Probability of an action by chance, 0 … 1, by the steps made so far; default 0.1. */
  readonly exploration?: number | ((steps: number) => number)
  /** What every action is thought to be worth at first; much makes it try everything. Default 0. */
  readonly initial?: number
  /** Of the actions, and of the environment; default 0. */
  readonly seed?: number
}

/** Where a learner of a table stands, as JSON. */
export interface TabularState {
  readonly q: readonly number[]
  readonly visits: readonly number[]
  readonly steps: number
  /** Where the episode is, and what was chosen next; null before the first step and between episodes. */
  readonly now: { readonly state: number; readonly action: number | null } | null
  readonly rng: HostRngState
  readonly env: EnvState
}

/** One step that was made, and what follows from it. */
export interface Experience {
  readonly state: number
  readonly action: number
  readonly reward: number
  readonly next: number
  readonly terminated: boolean
}

/** What Q-learning and SARSA share: a table of actions' worth, how actions are chosen, and the state of a run. */
export abstract class TabularLearner {
  /** What each action is worth in each state. [states · actions] */
  readonly q: Float64Array
  /** How often each was learned from. */
  readonly visits: Float64Array
  /** Steps made so far. */
  steps = 0
  readonly actions: number
  protected readonly discount: number
  readonly #env: Env<Discrete, Discrete>
  readonly #rate: (visits: number) => number
  readonly #exploration: (steps: number) => number
  #rng: HostRng
  #now: { state: number; action: number | null } | null = null
  readonly #seed: number

  constructor({ env, discount = 0.99, learningRate = 0.1, exploration = 0.1, initial = 0, seed = 0 }: TabularOptions) {
    if (!(discount >= 0 && discount <= 1)) throw new RangeError(`${new.target.name}: discount must be between 0 and 1, got ${discount}.`)
    if (typeof learningRate === 'number' && !(learningRate > 0 && learningRate <= 1))
      throw new RangeError(`${new.target.name}: learningRate must be above 0 and at most 1, got ${learningRate}.`)
    if (typeof exploration === 'number' && !(exploration >= 0 && exploration <= 1))
      throw new RangeError(`${new.target.name}: exploration must be between 0 and 1, got ${exploration}.`)
    this.#env = recordEpisodes(env)
    this.actions = env.actionSpace.n
    this.q = new Float64Array(env.observationSpace.n * this.actions).fill(initial)
    this.visits = new Float64Array(this.q.length)
    this.discount = discount
    this.#rate = typeof learningRate === 'number' ? () => learningRate : learningRate
    this.#exploration = typeof exploration === 'number' ? () => exploration : exploration
    this.#seed = seed
    this.#rng = new HostRng(seed, 1)
  }

  /** What a step is thought to have been worth; `choose` gives the action that will be taken next. */
  protected abstract target(experience: Experience, choose: () => number): number

  /** The action that is worth most, the first of equals. */
  act(state: number): number {
    let best = state * this.actions
    for (let i = best + 1; i < (state + 1) * this.actions; i++) if (this.q[i]! > this.q[best]!) best = i
    return best - state * this.actions
  }

  /** The best action of every state. */
  get policy(): Int32Array {
    return Int32Array.from({ length: this.q.length / this.actions }, (_, state) => this.act(state))
  }

  /** Makes so many steps, learns from each, and gives the episodes that ended; called again, it goes on. */
  learn(steps: number): Episode[] {
    const episodes: Episode[] = []
    const explore = (state: number): number =>
      this.#rng.uniform() < this.#exploration(this.steps) ? this.#rng.integer(this.actions) : this.act(state)
    for (const end = this.steps + steps; this.steps < end; this.steps++) {
      this.#now ??= { state: this.#env.reset(this.steps === 0 ? { seed: this.#seed } : {}).observation, action: null }
      const { state } = this.#now
      const action = this.#now.action ?? explore(state)
      const { observation: next, reward, terminated, truncated, info } = this.#env.step(action)
      let chosen: number | null = null
      const wanted = this.target({ state, action, reward, next, terminated }, () => (chosen ??= explore(next)))
      const at = state * this.actions + action
      this.q[at]! += this.#rate(++this.visits[at]!) * (wanted - this.q[at]!)
      this.#now = terminated || truncated ? null : { state: next, action: chosen }
      if (terminated || truncated) episodes.push(info['episode'] as Episode)
    }
    return episodes
  }

  /** Where it stands, as JSON: learner, environment and random numbers. */
  state(): TabularState {
    return {
      q: [...this.q],
      visits: [...this.visits],
      steps: this.steps,
      now: this.#now,
      rng: this.#rng.state(),
      env: this.#env.state(),
    }
  }

  /** Goes on from there, exactly. */
  restore({ q, visits, steps, now, rng, env }: TabularState): void {
    if (q.length !== this.q.length)
      throw new RangeError(`restore: the table must have ${this.q.length} numbers, got ${q.length}. It is that of another environment.`)
    this.q.set(q)
    this.visits.set(visits)
    this.steps = steps
    this.#now = now && { ...now }
    this.#rng = new HostRng(rng.seed, rng.stream, rng.draw)
    this.#env.restore(env)
  }
}
