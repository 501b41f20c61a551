import {
  adam,
  compile,
  concat,
  full,
  HostRng,
  Linear,
  load,
  Module,
  mse,
  Param,
  Rng,
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
import { sample, sizeOf, type Box } from '../env/space.ts'
import type { Experiences } from './dqn.ts'
import { follow } from './follow.ts'
import { requireSpaces, type LearnerOptions, type LearnOptions } from './learner.ts'
import { perceptron } from './perceptron.ts'
import { decodeRun, encodeRun } from './saved-run.ts'

/** Options of `SAC`. */
export interface SACOptions extends LearnerOptions {
  readonly env: Env<Box, Box>
  /** Width of the two hidden layers of each network; default 256. */
  readonly hidden?: number
  /** Of the actor; default 3·10⁻⁴. */
  readonly learningRate?: number
  /** Of critics and temperature; default 10⁻³. */
  readonly criticRate?: number
  /** How many steps the buffer keeps; default 1,000,000. */
  readonly capacity?: number
  /** Samples of an update; default 256. */
  readonly batchSize?: number
  /** Steps by chance before the first update; default 5,000. */
  readonly warmup?: number
  /** How far the target networks follow after each update, above 0 and at most 1; default 0.005. */
  readonly tau?: number
}

/** Two opinions of what an action is worth. observation: [n, o], action: [n, a] → [n] each */
class Critics extends Module {
  readonly first: Layer
  readonly second: Layer
  constructor(inputs: number, hidden: number) {
    super()
    this.first = perceptron([inputs, hidden, hidden, 1])
    this.second = perceptron([inputs, hidden, hidden, 1])
  }
  forward(observation: Tensor, action: Tensor): [Tensor, Tensor] {
    const x = concat([observation, action], 1)
    return [this.first.forward(x).squeeze(1), this.second.forward(x).squeeze(1)]
  }
}

/** A normal distribution for each observation, squashed into the bounds by tanh. x: [n, o] → mean and log deviation [n, a] */
class Actor extends Module {
  readonly trunk: Layer
  readonly mean: Linear
  readonly deviation: Linear
  constructor(inputs: number, hidden: number, actions: number) {
    super()
    this.trunk = perceptron([inputs, hidden, hidden])
    this.mean = new Linear(hidden, actions)
    this.deviation = new Linear(hidden, actions)
  }
  forward(x: Tensor): { mean: Tensor; log: Tensor } {
    const h = this.trunk.forward(x).relu()
    // between −5 and 2
    return { mean: this.mean.forward(h), log: this.deviation.forward(h).tanh().add(1).mul(3.5).sub(5) }
  }
}

/** What the entropy counts for, as its logarithm: α = e^log. */
class Temperature extends Module {
  readonly log = new Param(tensor(0))
}

interface Rest {
  readonly steps: number
  readonly observation: readonly number[] | null
  readonly rng: HostRngState
  readonly env: EnvState
}

/**
 * Soft actor-critic: an actor that is worth much and stays as random as it can, for actions that are numbers.
 *
 * Critics: mean (Qᵢ(s, a) − y)², y = r + γ·(1 − terminated)·(min Q⁻ⱼ(s′, a′) − α·log π(a′|s′)); actor: mean α·log π(a|s) − min Qⱼ(s, a);
 * α so that the entropy is about −(numbers of an action). One step of each after every step made, as one compiled run, random numbers
 * included. Defaults are those of cleanrl, which moves its actor twice after every second step.
 * @throws PortolanError if the environment is not one of boxes, or an action has no bounds.
 * @see Haarnoja et al., "Soft Actor-Critic Algorithms and Applications", 2018.
 * @example
 * const sac = new SAC({ env: pendulum(), engine: onnx({ threads: 1 }), seed: 1 })
 * await sac.learn(20_000)
 */
export class SAC {
  readonly actor: Actor
  readonly critics: Critics
  readonly target: Critics
  readonly temperature = new Temperature()
  readonly optimizers: { readonly actor: Optimizer; readonly critics: Optimizer; readonly temperature: Optimizer }
  readonly buffer: ReplayBuffer<keyof Experiences>
  /** Steps made so far. */
  steps = 0
  readonly #options: Required<Pick<SACOptions, 'seed' | 'discount' | 'batchSize' | 'warmup' | 'tau'>>
  readonly #env: Env<Box, Box>
  /** Random numbers of the updates. */
  readonly #noise: Rng
  readonly #scale: Tensor
  readonly #middle: Tensor
  readonly #answer: Compiled<[Tensor], { mean: Tensor; log: Tensor }>
  readonly #update: Compiled<[Experiences], object>
  #rng: HostRng
  #observation: Float32Array | null = null

  constructor({ env, engine, hidden = 256, learningRate = 3e-4, criticRate = 1e-3, capacity = 1_000_000, ...options }: SACOptions) {
    requireSpaces('SAC', env, 'box')
    const filled = { seed: 0, discount: 0.99, batchSize: 256, warmup: 5000, tau: 0.005, ...options }
    this.#options = filled
    this.#env = recordEpisodes(env)
    this.#rng = new HostRng(filled.seed, 2)
    const { low, high } = env.actionSpace
    const [seen, acted] = [sizeOf(env.observationSpace), low.length]
    this.#scale = tensor(low.map((l, i) => (high[i]! - l) / 2))
    this.#middle = tensor(low.map((l, i) => (high[i]! + l) / 2))
    startFrom(filled.seed)
    this.#noise = new Rng(filled.seed, 3)
    this.actor = new Actor(seen, hidden, acted)
    this.critics = new Critics(seen + acted, hidden)
    this.target = load(new Critics(seen + acted, hidden), weights(this.critics))
    this.optimizers = {
      actor: adam(learningRate).init(this.actor),
      critics: adam(criticRate).init(this.critics),
      temperature: adam(criticRate).init(this.temperature),
    }
    this.buffer = new ReplayBuffer(capacity, { observation: [seen], action: [acted], reward: [], next: [seen], terminated: [] })
    this.#answer = compile((x: Tensor) => this.actor.forward(x), { engine })
    this.#update = compile((batch: Experiences) => this.step(batch), { engine })
  }

  /** An action by chance of each observation, and its log-probability. x: [n, o] → [n, a], [n] */
  #draw(x: Tensor): { action: Tensor; log: Tensor } {
    const { mean, log } = this.actor.forward(x)
    const noise = this.#noise.normal(mean.shape)
    const raw = mean.add(log.exp().mul(noise))
    const squashed = raw.tanh()
    // log of the normal density, less that of how tanh and the bounds stretch
    const density = noise.square().mul(-0.5).sub(log).sub(0.5 * Math.log(2 * Math.PI)) // prettier-ignore
    const stretch = squashed.square().neg().add(1).mul(this.#scale).add(1e-6).log()
    return { action: squashed.mul(this.#scale).add(this.#middle), log: density.sub(stretch).sum(1) }
  }

  /** The update as an ordinary function, to compile or to look at: learns from some steps. */
  step({ observation, action, reward, next, terminated }: Experiences): { critics: Tensor; actor: Tensor; alpha: Tensor; entropy: Tensor } {
    const { discount, tau } = this.#options
    const alpha = stopGradient(this.temperature.log.value.exp())
    const least = ([a, b]: [Tensor, Tensor]): Tensor => a.minimum(b)
    const later = this.#draw(next)
    const soft = least(this.target.forward(next, later.action)).sub(alpha.mul(later.log))
    const wanted = stopGradient(reward.add(terminated.neg().add(1).mul(soft).mul(discount)))
    const critics = this.optimizers.critics.minimize(this.critics, () => {
      const [a, b] = this.critics.forward(observation, action)
      return mse(a, wanted).add(mse(b, wanted))
    })
    let entropy = full([], 0)
    const actor = this.optimizers.actor.minimize(this.actor, () => {
      const now = this.#draw(observation)
      entropy = now.log.mean().neg()
      return alpha
        .mul(now.log)
        .sub(least(this.critics.forward(observation, now.action)))
        .mean()
    })
    const missing = stopGradient(entropy).add(this.#scale.shape[0]!) // above the aim of −(numbers of an action)
    this.optimizers.temperature.minimize(this.temperature, () => this.temperature.log.value.exp().mul(missing))
    follow(this.target, this.critics, tau)
    return { critics, actor, alpha, entropy: stopGradient(entropy) }
  }

  async #distribution(observations: Float32Array): Promise<{ mean: ArrayLike<number>; log: ArrayLike<number> }> {
    const seen = sizeOf(this.#env.observationSpace)
    const { mean, log } = await this.#answer(tensor(observations, [observations.length / seen, seen]))
    return { mean: await mean.data(), log: await log.data() }
  }
  #squash(raw: ArrayLike<number>): Float32Array {
    const { low, high } = this.#env.actionSpace
    return Float32Array.from(raw, (v, i) => {
      const [l, h] = [low[i % low.length]!, high[i % low.length]!]
      return Math.min(Math.max((l + h) / 2 + (Math.tanh(v) * (h - l)) / 2, l), h)
    })
  }

  /** The middle of what it would do, without chance. observations: [n, observation] → [n, actions], within the bounds */
  async act(observations: Float32Array): Promise<Float32Array> {
    return this.#squash((await this.#distribution(observations)).mean)
  }

  /** Makes so many steps, learning after each, and gives the episodes that ended; called again, it goes on. */
  async learn(steps: number, { onEpisode }: LearnOptions = {}): Promise<Episode[]> {
    const { seed, warmup, batchSize } = this.#options
    const episodes: Episode[] = []
    for (const end = this.steps + steps; this.steps < end;) {
      const observation = (this.#observation ??= this.#env.reset({ seed }).observation)
      let action: Float32Array
      if (this.steps < warmup) action = sample(this.#env.actionSpace, this.#rng)
      else {
        const { mean, log } = await this.#distribution(observation)
        action = this.#squash(Array.from(mean, (m, i) => m + Math.exp(log[i]!) * this.#rng.normal()))
      }
      const { observation: next, reward, terminated, truncated, info } = this.#env.step(action)
      this.buffer.add({ observation, action, reward, next, terminated: Number(terminated) })
      const ended = terminated || truncated
      this.#observation = ended ? this.#env.reset().observation : next
      this.steps++
      if (this.steps > warmup) await this.#update(this.buffer.sample(batchSize, this.#rng))
      if (!ended) continue
      const episode = info['episode'] as Episode
      episodes.push(episode)
      if (onEpisode?.(episode, this.steps)) break
    }
    return episodes
  }

  get #modules(): object {
    const { actor, critics, target, temperature, optimizers } = this
    return { actor, critics, target, temperature, optimizers, noise: this.#noise }
  }

  /** The whole run as bytes, buffer and environment included: a new one of the same options that loads them goes on exactly. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const rest: Rest = {
      steps: this.steps,
      observation: this.#observation && [...this.#observation],
      rng: this.#rng.state(),
      env: this.#env.state(),
    }
    return encodeRun({ kind: 'SAC', modules: this.#modules, arrays: { buffer: this.buffer.state() }, rest: { ...rest } })
  }

  /** @throws FormatError, PortolanError if the bytes are not those of such a run. */
  load(bytes: Uint8Array): void {
    const { arrays, rest } = decodeRun(bytes, 'SAC', this.#modules)
    const { steps, observation, rng, env } = rest as unknown as Rest
    this.buffer.restore(arrays['buffer']!)
    this.steps = steps
    this.#observation = observation && Float32Array.from(observation)
    this.#rng = new HostRng(rng.seed, rng.stream, rng.draw)
    this.#env.restore(env)
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    await Promise.all([this.#answer.dispose(), this.#update.dispose()])
  }
}
