import {
  compile,
  HostRng,
  seed as startFrom,
  tensor,
  type Compiled,
  type Engine,
  type HostRngState,
  type Layer,
  type Optimizer,
  type Tensor,
} from '@portolan/core'
import { RolloutBuffer } from '../buffer/rollout-buffer.ts'
import type { Env, EnvState } from '../env/env.ts'
import { recordEpisodes, type Episode } from '../env/record-episodes.ts'
import { sizeOf, type Box, type Discrete } from '../env/space.ts'
import { vectorize, type VectorEnv } from '../env/vectorize.ts'
import { hostForward, type HostForward } from './host-forward.ts'
import { requireSpaces, type LearnerOptions, type LearnOptions } from './learner.ts'
import { ActorCritic, tanhPerceptron } from './perceptron.ts'
import { bestActions, pickAction } from './pick-action.ts'
import { decodeRun, encodeRun } from './saved-run.ts'

/** What learners of rollouts share: `PPO` and `A2C`. */
export interface RolloutOptions extends LearnerOptions {
  /** Makes one environment; it is called `envs` times. */
  readonly env: () => Env<Box, Discrete>
  /** How many environments go in step. */
  readonly envs?: number
  /** Steps of each environment between two updates. */
  readonly rollout?: number
  /** λ of the advantages: 0 trusts the values of the next step, 1 what came until the end. */
  readonly trace?: number
  /** Scores of the actions [n, actions] and worth [n, 1] of observations; default: two nets of 64 and 64 with tanh. */
  readonly networks?: () => { readonly actor: Layer; readonly critic: Layer }
}

/** What an update learns from, as rows. */
export interface Rollout {
  /** [n, observation] */
  readonly observation: Float32Array
  readonly action: Int32Array
  /** Of the actions, when they were taken. */
  readonly logProbability: Float32Array
  /** What was thought of the observations then. */
  readonly value: Float32Array
  readonly advantage: Float32Array
  readonly wanted: Float32Array
}

interface Rest {
  readonly steps: number
  readonly updates: number
  readonly observations: readonly number[] | null
  readonly rng: HostRngState
  readonly envs: EnvState
}

/** What PPO and A2C share: an actor and a critic that make steps in several environments and learn from each stretch of them once. */
export abstract class RolloutLearner {
  readonly model: ActorCritic
  abstract readonly optimizer: Optimizer
  /** What a saved run says it is. */
  abstract readonly kind: string
  /** Steps made so far, of all environments together. */
  steps = 0
  /** Stretches learned from so far. */
  updates = 0
  protected readonly engine: Engine | undefined
  protected rng: HostRng
  readonly #options: Required<Omit<RolloutOptions, 'env' | 'networks' | 'engine'>>
  readonly #envs: VectorEnv<Box, Discrete>
  readonly #quick: { readonly actor: HostForward | undefined; readonly critic: HostForward | undefined }
  readonly #decide: Compiled<[Tensor], { logits: Tensor; values: Tensor }>
  readonly #buffer: RolloutBuffer
  #observations: Float32Array | null = null

  constructor({ env, networks, engine, ...options }: RolloutOptions & Required<Pick<RolloutOptions, 'envs' | 'rollout' | 'trace'>>) {
    const filled = { seed: 0, discount: 0.99, ...options }
    const { seed, envs, rollout } = filled
    this.#options = filled
    this.engine = engine
    this.rng = new HostRng(seed, 2)
    this.#envs = vectorize(() => recordEpisodes(env()), envs)
    requireSpaces(new.target.name, this.#envs, 'discrete')
    const { observationSpace, actionSpace } = this.#envs
    const seen = sizeOf(observationSpace)
    startFrom(seed)
    const { actor, critic } = networks?.() ?? {
      actor: tanhPerceptron([seen, 64, 64, actionSpace.n], 0.01),
      critic: tanhPerceptron([seen, 64, 64, 1], 1),
    }
    this.model = new ActorCritic(actor, critic)
    this.#buffer = new RolloutBuffer({ steps: rollout, envs, observation: seen })
    this.#quick = { actor: hostForward(actor), critic: hostForward(critic) }
    this.#decide = compile((x: Tensor) => this.model.forward(this.shaped(x)), { engine })
  }

  /** Learns from a stretch. */
  protected abstract update(rollout: Rollout): Promise<void>
  /** Frees what it compiled. */
  protected abstract free(): Promise<void>

  /** Rows of numbers as observations. [n, size] → [n, …shape] */
  protected shaped(x: Tensor): Tensor {
    return x.reshape([-1, ...this.#envs.observationSpace.shape])
  }
  /** How many actions there are. */
  protected get actions(): number {
    return this.#envs.actionSpace.n
  }

  async #judge(observations: Float32Array): Promise<{ logits: ArrayLike<number>; values: Float32Array }> {
    const { actor, critic } = this.#quick
    if (actor && critic) return { logits: await actor(observations), values: await critic(observations) }
    const seen = sizeOf(this.#envs.observationSpace)
    const { logits, values } = await this.#decide(tensor(observations, [observations.length / seen, seen]))
    return { logits: await logits.data(), values: (await values.data()) as Float32Array }
  }

  /** The likeliest action, for each. observations: [n, observation] → [n] */
  async act(observations: Float32Array): Promise<Int32Array> {
    return bestActions((await this.#judge(observations)).logits, this.actions)
  }

  /** Makes at least so many steps, learning from them, and gives the episodes that ended; called again, it goes on. */
  async learn(steps: number, { onEpisode }: LearnOptions = {}): Promise<Episode[]> {
    const { seed, envs, discount, trace } = this.#options
    const buffer = this.#buffer
    const episodes: Episode[] = []
    let stopped = false
    for (const end = this.steps + steps; this.steps < end && !stopped;) {
      // environments take seed · envs, seed · envs + 1, …: those of two runs are different ones
      const observations = (this.#observations ??= this.#envs.reset({ seed: seed * envs }).observations)
      const { logits, values } = await this.#judge(observations)
      const picked = Array.from({ length: envs }, (_, i) => pickAction(logits, i * this.actions, this.actions, this.rng))
      const actions = Int32Array.from(picked, p => p.action)
      const { rewards, terminated, truncated, last, infos, observations: next } = this.#envs.step(actions)
      const cut = truncated.map((t, i) => t & ~terminated[i]!)
      if (cut.includes(1)) {
        // what would have come counts: it is worth what the critic thinks of the last observation
        const after = (await this.#judge(last)).values
        for (const [i, c] of cut.entries()) if (c) rewards[i]! += discount * after[i]!
      }
      const logProbabilities = Float32Array.from(picked, p => p.logProbability)
      buffer.add({ observations, actions, logProbabilities, values, rewards, ended: terminated.map((t, i) => t | truncated[i]!) })
      this.#observations = next
      this.steps += envs
      if (buffer.full) {
        const { advantages, returns } = buffer.estimates((await this.#judge(next)).values, { discount, trace })
        const { observations: observation, actions: action, logProbabilities: logProbability, values: value } = buffer
        await this.update({ observation, action, logProbability, value, advantage: advantages, wanted: returns })
        this.updates++
        buffer.clear()
      }
      for (const { episode } of infos as { episode?: Episode }[]) {
        if (!episode) continue
        episodes.push(episode)
        if (onEpisode?.(episode, this.steps)) stopped = true
      }
    }
    return episodes
  }

  /** The whole run as bytes, buffer and environments included: a new one of the same options that loads them goes on exactly. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const rest: Rest = {
      steps: this.steps,
      updates: this.updates,
      observations: this.#observations && [...this.#observations],
      rng: this.rng.state(),
      envs: this.#envs.state(),
    }
    const { model, optimizer } = this
    return encodeRun({
      kind: this.constructor.name,
      modules: { model, optimizer },
      arrays: { buffer: this.#buffer.state() },
      rest: { ...rest },
    })
  }

  /** @throws FormatError, PortolanError if the bytes are not those of such a run. */
  load(bytes: Uint8Array): void {
    const { model, optimizer } = this
    const { arrays, rest } = decodeRun(bytes, this.kind, { model, optimizer })
    const { steps, updates, observations, rng, envs } = rest as unknown as Rest
    this.#buffer.restore(arrays['buffer']!)
    this.steps = steps
    this.updates = updates
    this.#observations = observations && Float32Array.from(observations)
    this.rng = new HostRng(rng.seed, rng.stream, rng.draw)
    this.#envs.restore(envs)
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    await Promise.all([this.#decide.dispose(), this.free()])
  }
}
