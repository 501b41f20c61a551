import {
  adam,
  compile,
  HostRng,
  seed as startFrom,
  tensor,
  type Compiled,
  type HostRngState,
  type HostTensor,
  type Layer,
  type Optimizer,
  type Tensor,
} from '@portolan/core'
import type { Env, EnvState } from '../env/env.ts'
import { recordEpisodes, type Episode } from '../env/record-episodes.ts'
import { sizeOf, type Box, type Discrete } from '../env/space.ts'
import { hostForward, type HostForward } from './host-forward.ts'
import { requireSpaces, type LearnerOptions, type LearnOptions } from './learner.ts'
import { ActorCritic, tanhPerceptron } from './perceptron.ts'
import { bestActions, pickAction } from './pick-action.ts'
import { decodeRun, encodeRun } from './saved-run.ts'

/** Options of `Reinforce`. */
export interface ReinforceOptions extends LearnerOptions {
  readonly env: Env<Box, Discrete>
  /** Scores of the actions [n, actions] and worth [n, 1] of observations; default: two nets of 64 and 64 with tanh. */
  readonly networks?: () => { readonly actor: Layer; readonly critic: Layer }
  /** Episodes of an update; default 8. */
  readonly episodes?: number
  /** Of actor and baseline; default 3·10⁻³. */
  readonly learningRate?: number
  /** Gradients are scaled down to this joint norm; default 0.5. */
  readonly clipNorm?: number
}

/** Steps of whole episodes, filled up to a round number; `weight` is 0 of what fills. */
interface Steps {
  /** [n, observation] */
  readonly observation: Tensor
  readonly action: Tensor
  /** γ⁰·rₜ + γ¹·rₜ₊₁ + … until the end of the episode. [n] */
  readonly wanted: Tensor
  readonly weight: Tensor
}
interface Made {
  readonly observation: Float32Array
  readonly action: number
  readonly reward: number
}
interface Rest {
  readonly steps: number
  readonly updates: number
  readonly observation: readonly number[] | null
  /** Lengths of the episodes that wait; the last one goes on. */
  readonly lengths: readonly number[]
  readonly rng: HostRngState
  readonly env: EnvState
}

/**
 * Policy gradients of whole episodes, with a learned baseline: what led to more than expected becomes likelier.
 *
 * loss = −mean log π(a|s)·A + ½·mean (V(s) − G)², G: the discounted rewards from there on, A = G − V(s), brought to mean 0 and variance 1
 * over the steps of an update.
 * @throws PortolanError if the environment is not one of boxes and discrete actions.
 * @see Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992; Sutton and Barto, section 13.4.
 * @example
 * const reinforce = new Reinforce({ env: cartPole(), engine: onnx({ threads: 1 }), seed: 1 })
 * await reinforce.learn(200_000)
 */
export class Reinforce {
  readonly model: ActorCritic
  readonly optimizer: Optimizer
  /** Steps made so far. */
  steps = 0
  updates = 0
  readonly #options: { readonly seed: number; readonly discount: number; readonly episodes: number }
  readonly #env: Env<Box, Discrete>
  readonly #quick: HostForward | undefined
  readonly #answer: Compiled<[Tensor], Tensor>
  readonly #update: Compiled<[Steps], Tensor>
  #rng: HostRng
  #observation: Float32Array | null = null
  /** Episodes that wait for an update; the last one goes on. */
  #waiting: Made[][] = [[]]

  constructor({ env, networks, engine, episodes = 8, learningRate = 3e-3, clipNorm = 0.5, seed = 0, discount = 0.99 }: ReinforceOptions) {
    requireSpaces('Reinforce', env, 'discrete')
    this.#options = { seed, discount, episodes }
    this.#env = recordEpisodes(env)
    this.#rng = new HostRng(seed, 2)
    startFrom(seed)
    const seen = sizeOf(env.observationSpace)
    const { actor, critic } = networks?.() ?? {
      actor: tanhPerceptron([seen, 64, 64, env.actionSpace.n], 0.01),
      critic: tanhPerceptron([seen, 64, 64, 1], 1),
    }
    this.model = new ActorCritic(actor, critic)
    this.optimizer = adam(learningRate, { clipNorm }).init(this.model)
    this.#quick = hostForward(actor)
    this.#answer = compile((x: Tensor) => this.model.actor.forward(this.#shaped(x)), { engine })
    this.#update = compile((steps: Steps) => this.step(steps), { engine })
  }

  #shaped(x: Tensor): Tensor {
    return x.reshape([-1, ...this.#env.observationSpace.shape])
  }

  /** The update as an ordinary function, to compile or to look at: learns from whole episodes, and gives the loss. */
  step({ observation, action, wanted, weight }: Steps): Tensor {
    const count = weight.sum()
    const mean = (x: Tensor): Tensor => x.mul(weight).sum().div(count)
    const x = this.#shaped(observation)
    const ahead = wanted.sub(this.model.critic.forward(x).squeeze(-1)).detach()
    const centered = ahead.sub(mean(ahead))
    const advantage = centered.div(mean(centered.square()).sqrt().add(1e-8))
    return this.optimizer.minimize(this.model, () => {
      const { logits, values } = this.model.forward(x)
      const log = logits.logSoftmax().mul(action.oneHot(logits.shape[1]!)).sum(1)
      return mean(values.sub(wanted).square())
        .mul(0.5)
        .sub(mean(log.mul(advantage)))
    })
  }

  /** The likeliest action, for each. observations: [n, observation] → [n] */
  async act(observations: Float32Array): Promise<Int32Array> {
    return bestActions(await this.#scores(observations), this.#env.actionSpace.n)
  }

  async #scores(observations: Float32Array): Promise<ArrayLike<number>> {
    if (this.#quick) return this.#quick(observations)
    const seen = sizeOf(this.#env.observationSpace)
    return (await this.#answer(tensor(observations, [observations.length / seen, seen]))).data()
  }

  /** Makes so many steps, learning from the episodes that end, and gives them; called again, it goes on. */
  async learn(steps: number, { onEpisode }: LearnOptions = {}): Promise<Episode[]> {
    const made: Episode[] = []
    for (const end = this.steps + steps; this.steps < end;) {
      const observation = (this.#observation ??= this.#env.reset({ seed: this.#options.seed }).observation)
      const { action } = pickAction(await this.#scores(observation), 0, this.#env.actionSpace.n, this.#rng)
      const { observation: next, reward, terminated, truncated, info } = this.#env.step(action)
      this.#waiting.at(-1)!.push({ observation, action, reward })
      this.steps++
      const ended = terminated || truncated
      this.#observation = ended ? this.#env.reset().observation : next
      if (!ended) continue
      if (this.#waiting.length === this.#options.episodes) {
        await this.#update(this.#rows(this.#waiting))
        this.updates++
        this.#waiting = []
      }
      this.#waiting.push([])
      const episode = info['episode'] as Episode
      made.push(episode)
      if (onEpisode?.(episode, this.steps)) break
    }
    return made
  }

  /** Episodes as rows, filled up to a power of two: a program for each number of steps would be too many. */
  #rows(episodes: readonly Made[][]): Steps {
    const steps = episodes.flat()
    const width = sizeOf(this.#env.observationSpace)
    const n = 2 ** Math.ceil(Math.log2(steps.length))
    const observation = new Float32Array(n * width)
    const [wanted, weight] = [new Float32Array(n), new Float32Array(n)]
    const action = new Int32Array(n)
    for (const [i, step] of steps.entries()) {
      observation.set(step.observation, i * width)
      action[i] = step.action
      weight[i] = 1
    }
    let at = steps.length
    for (const episode of episodes.toReversed()) {
      let sum = 0
      for (const { reward } of episode.toReversed()) wanted[--at] = sum = reward + this.#options.discount * sum
    }
    return { observation: tensor(observation, [n, width]), action: tensor(action), wanted: tensor(wanted), weight: tensor(weight) }
  }

  /** The whole run as bytes, waiting episodes and environment included: a new one of the same options that loads them goes on exactly. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const all = this.#waiting.flat()
    const floats = (data: number[]): HostTensor => ({ dtype: 'float32', shape: [data.length], data: Float32Array.from(data) })
    const rest: Rest = {
      steps: this.steps,
      updates: this.updates,
      observation: this.#observation && [...this.#observation],
      lengths: this.#waiting.map(episode => episode.length),
      rng: this.#rng.state(),
      env: this.#env.state(),
    }
    const { model, optimizer } = this
    const waiting = {
      observation: floats(all.flatMap(s => [...s.observation])),
      action: floats(all.map(s => s.action)),
      reward: floats(all.map(s => s.reward)),
    }
    return encodeRun({ kind: 'Reinforce', modules: { model, optimizer }, arrays: { waiting }, rest: { ...rest } })
  }

  /** @throws FormatError, PortolanError if the bytes are not those of such a run. */
  load(bytes: Uint8Array): void {
    const { model, optimizer } = this
    const { arrays, rest } = decodeRun(bytes, 'Reinforce', { model, optimizer })
    const { steps, updates, observation, lengths, rng, env } = rest as unknown as Rest
    const waiting = arrays['waiting']!
    const width = sizeOf(this.#env.observationSpace)
    let at = 0
    this.#waiting = lengths.map(length =>
      Array.from({ length }, () => ({
        observation: Float32Array.from(waiting['observation']!.data.subarray(at * width, (at + 1) * width)),
        action: waiting['action']!.data[at]!,
        reward: waiting['reward']!.data[at++]!,
      })),
    )
    this.steps = steps
    this.updates = updates
    this.#observation = observation && Float32Array.from(observation)
    this.#rng = new HostRng(rng.seed, rng.stream, rng.draw)
    this.#env.restore(env)
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    await Promise.all([this.#answer.dispose(), this.#update.dispose()])
  }
}
