import {
  adam,
  compile,
  HostRng,
  load,
  mse,
  seed as startFrom,
  stopGradient,
  tensor,
  weights,
  type Compiled,
  type HostRngState,
  type Layer,
  type Optimizer,
  type Tensor,
} from '@portolan/core'
import { ReplayBuffer } from '../buffer/replay-buffer.ts'
import type { Env, EnvState } from '../env/env.ts'
import { recordEpisodes, type Episode } from '../env/record-episodes.ts'
import { sizeOf, type Box, type Discrete } from '../env/space.ts'
import { follow } from './follow.ts'
import { hostForward, type HostForward } from './host-forward.ts'
import { requireSpaces, type LearnerOptions, type LearnOptions } from './learner.ts'
import { Dueling, perceptron } from './perceptron.ts'
import { bestActions } from './pick-action.ts'
import { decodeRun, encodeRun } from './saved-run.ts'

/** Options of `DQN`. */
export interface DQNOptions extends LearnerOptions {
  readonly env: Env<Box, Discrete>
  /** [n, observation] → what each action is worth [n, actions]; called twice. Default: linear layers of 120 and 84 with ReLU. */
  readonly network?: () => Layer
  /** Whether the online network picks the next action and the target network says what it is worth; default false. */
  readonly double?: boolean
  /** Whether what a state and what an action is worth are told apart; default false. Not with a network of one's own. */
  readonly dueling?: boolean
  /** Default 2.5·10⁻⁴. */
  readonly learningRate?: number
  /** How many steps the buffer keeps; default 10,000. */
  readonly capacity?: number
  /** Samples of an update; default 128. */
  readonly batchSize?: number
  /** Steps before the first update; default 10,000. */
  readonly warmup?: number
  /** An update after every so many steps; default 10. */
  readonly updateEvery?: number
  /** The target network follows after every so many steps; default 500. */
  readonly followEvery?: number
  /** How far, above 0 and at most 1; default 1. */
  readonly tau?: number
  /** Probability of an action by chance: from, to, and in how many steps; default 1 to 0.05 in 250,000. */
  readonly exploration?: { readonly from: number; readonly to: number; readonly steps: number }
}

/** Steps that were made, a row for each; `terminated` is 1 where nothing is worth anything from there on. */
export type Experiences = Readonly<Record<'observation' | 'action' | 'reward' | 'next' | 'terminated', Tensor>>

interface Rest {
  readonly steps: number
  readonly observation: readonly number[] | null
  readonly rng: HostRngState
  readonly env: EnvState
}

/**
 * Deep Q-learning: a network learns what actions are worth from steps made before, in random order.
 *
 * loss = mean (Q(s, a) − (r + γ · (1 − terminated) · maxₐ′ Q⁻(s′, a′)))², Q⁻ being an earlier Q. Defaults are those of cleanrl for CartPole.
 * @throws PortolanError if the environment is not one of boxes and discrete actions.
 * @see Mnih et al., "Human-level control through deep reinforcement learning", 2015; van Hasselt et al., "Deep Reinforcement Learning with
 * Double Q-learning", 2016; Wang et al., "Dueling Network Architectures for Deep Reinforcement Learning", 2016.
 * @example
 * const dqn = new DQN({ env: cartPole(), engine: onnx({ threads: 1 }), seed: 1 })
 * await dqn.learn(500_000)
 * const episodes = await evaluate(dqn, cartPole())
 */
export class DQN {
  readonly online: Layer
  readonly target: Layer
  readonly optimizer: Optimizer
  readonly buffer: ReplayBuffer<keyof Experiences>
  /** Steps made so far. */
  steps = 0
  readonly #options: Required<Omit<DQNOptions, 'engine' | 'network' | 'dueling' | 'env'>>
  readonly #env: Env<Box, Discrete>
  readonly #quick: HostForward | undefined
  readonly #answer: Compiled<[Tensor], Tensor>
  readonly #update: Compiled<[Experiences], object>
  readonly #follow: Compiled<[], object>
  #rng: HostRng
  #observation: Float32Array | null = null

  constructor({ env, engine, network, dueling = false, ...options }: DQNOptions) {
    requireSpaces('DQN', env, 'discrete')
    const filled = {
      seed: 0,
      discount: 0.99,
      double: false,
      learningRate: 2.5e-4,
      capacity: 10_000,
      batchSize: 128,
      warmup: 10_000,
      updateEvery: 10,
      followEvery: 500,
      tau: 1,
      exploration: { from: 1, to: 0.05, steps: 250_000 },
      ...options,
    }
    this.#options = filled
    this.#env = recordEpisodes(env)
    this.#rng = new HostRng(filled.seed, 2)
    startFrom(filled.seed)
    const [seen, actions] = [sizeOf(env.observationSpace), env.actionSpace.n]
    const make =
      network ??
      (() =>
        dueling
          ? new Dueling(perceptron([seen, 120]), perceptron([120, 84, 1]), perceptron([120, 84, actions]))
          : perceptron([seen, 120, 84, actions]))
    this.online = make()
    this.target = load(make(), weights(this.online))
    this.optimizer = adam(filled.learningRate).init(this.online)
    const { shape } = env.observationSpace
    this.buffer = new ReplayBuffer(filled.capacity, { observation: shape, action: 'int32', reward: [], next: shape, terminated: [] })
    this.#quick = hostForward(this.online)
    this.#answer = compile((x: Tensor) => this.online.forward(x), { engine })
    this.#update = compile((batch: Experiences) => (this.step(batch), {}), { engine }) // nobody asks for the loss
    this.#follow = compile(() => (follow(this.target, this.online, filled.tau), {}), { engine })
  }

  /** The update as an ordinary function, to compile or to look at: learns from some steps, and gives the loss. */
  step({ observation, action, reward, next, terminated }: Experiences): Tensor {
    const { double, discount } = this.#options
    const of = (q: Tensor, a: Tensor): Tensor => q.mul(a.oneHot(q.shape[1]!)).sum(1)
    const later = this.target.forward(next) // [n, actions]
    const future = double ? of(later, this.online.forward(next).argMax(1)) : later.max(1)
    const wanted = stopGradient(reward.add(terminated.neg().add(1).mul(future).mul(discount)))
    return this.optimizer.minimize(this.online, () => mse(of(this.online.forward(observation), action), wanted))
  }

  /** The action that is worth most, for each. observations: [n, observation] → [n] */
  async act(observations: Float32Array): Promise<Int32Array> {
    const { shape, low } = this.#env.observationSpace
    const q = this.#quick
      ? await this.#quick(observations)
      : await (await this.#answer(tensor(observations, [observations.length / low.length, ...shape]))).data()
    return bestActions(q, this.#env.actionSpace.n)
  }

  /** Probability of an action by chance in the next step. */
  get epsilon(): number {
    const { from, to, steps } = this.#options.exploration
    return Math.max(from + ((to - from) * this.steps) / steps, to)
  }

  /** Makes so many steps, learning from them, and gives the episodes that ended; called again, it goes on. */
  async learn(steps: number, { onEpisode }: LearnOptions = {}): Promise<Episode[]> {
    const { seed, warmup, updateEvery, followEvery, batchSize } = this.#options
    const episodes: Episode[] = []
    for (const end = this.steps + steps; this.steps < end;) {
      const observation = (this.#observation ??= this.#env.reset({ seed }).observation)
      const action = this.#rng.uniform() < this.epsilon ? this.#rng.integer(this.#env.actionSpace.n) : (await this.act(observation))[0]!
      const { observation: next, reward, terminated, truncated, info } = this.#env.step(action)
      this.buffer.add({ observation, action, reward, next, terminated: Number(terminated) })
      const ended = terminated || truncated
      this.#observation = ended ? this.#env.reset().observation : next
      this.steps++
      if (this.steps > warmup && this.steps % updateEvery === 0) await this.#update(this.buffer.sample(batchSize, this.#rng))
      if (this.steps > warmup && this.steps % followEvery === 0) await this.#follow()
      if (!ended) continue
      const episode = info['episode'] as Episode
      episodes.push(episode)
      if (onEpisode?.(episode, this.steps)) break
    }
    return episodes
  }

  /** The whole run as bytes, buffer and environment included: a new one of the same options that loads them goes on exactly. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const rest: Rest = {
      steps: this.steps,
      observation: this.#observation && [...this.#observation],
      rng: this.#rng.state(),
      env: this.#env.state(),
    }
    const { online, target, optimizer } = this
    return encodeRun({ kind: 'DQN', modules: { online, target, optimizer }, arrays: { buffer: this.buffer.state() }, rest: { ...rest } })
  }

  /** @throws FormatError, PortolanError if the bytes are not those of such a run. */
  load(bytes: Uint8Array): void {
    const { online, target, optimizer } = this
    const { arrays, rest } = decodeRun(bytes, 'DQN', { online, target, optimizer })
    const { steps, observation, rng, env } = rest as unknown as Rest
    this.buffer.restore(arrays['buffer']!)
    this.steps = steps
    this.#observation = observation && Float32Array.from(observation)
    this.#rng = new HostRng(rng.seed, rng.stream, rng.draw)
    this.#env.restore(env)
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    await Promise.all([this.#answer.dispose(), this.#update.dispose(), this.#follow.dispose()])
  }
}
