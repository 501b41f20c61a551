import { adam, compile, repeated, tensor, type Compiled, type Optimizer, type Tensor } from '@portolan/core'
import { gather } from '../buffer/gather.ts'
import { RolloutLearner, type Rollout, type RolloutOptions } from './rollout-learner.ts'

/** Options of `PPO`. */
export interface PPOOptions extends RolloutOptions {
  /** Steps in which the learning rate falls to 0; default 500,000. Infinity: it stays. */
  readonly budget?: number
  /** Default 2.5·10⁻⁴. */
  readonly learningRate?: number
  /** How often each stretch is gone through; default 4. */
  readonly epochs?: number
  /** In how many parts; default 4. They must be equal. */
  readonly minibatches?: number
  /** How far a probability may be moved, as a share; default 0.2. */
  readonly clip?: number
  /** What the entropy counts for; default 0.01. */
  readonly entropy?: number
  /** What the critic's error counts for; default 0.5. */
  readonly critic?: number
  /** Gradients are scaled down to this joint norm; default 0.5. */
  readonly clipNorm?: number
}

/** Rows of a rollout as tensors. */
type Minibatch = Readonly<Record<keyof Rollout, Tensor>>

/**
 * Proximal policy optimization: an actor moves towards what went better than its critic thought, but no further than a little from where
 * it stood when the steps were made.
 *
 * loss = −mean min(ρ·A, clip(ρ, 1 ± ε)·A) + c·½·mean (V − R)² − e·entropy, ρ = π(a|s)/π_old(a|s). All epochs and parts of a stretch are
 * one compiled run. Defaults are those of cleanrl: 4 environments, stretches of 128 steps, λ = 0.95; unlike there, an episode that is cut
 * counts what would have come.
 * @throws PortolanError if the environment is not one of boxes and discrete actions; RangeError if the parts are not equal.
 * @see Schulman et al., "Proximal Policy Optimization Algorithms", 2017.
 * @example
 * const ppo = new PPO({ env: () => cartPole(), engine: onnx({ threads: 1 }), seed: 1 })
 * await ppo.learn(500_000)
 */
export class PPO extends RolloutLearner {
  readonly kind = 'PPO'
  readonly optimizer: Optimizer
  readonly #options: Required<Pick<PPOOptions, 'budget' | 'learningRate' | 'epochs' | 'minibatches' | 'clip' | 'entropy' | 'critic'>>
  readonly #stretch: number
  readonly #learn: Compiled<[Minibatch], Tensor>

  constructor({ budget, learningRate, epochs, minibatches, clip, entropy, critic, clipNorm = 0.5, ...options }: PPOOptions) {
    const { envs = 4, rollout = 128, trace = 0.95 } = options
    super({ ...options, envs, rollout, trace })
    this.#options = {
      budget: budget ?? 500_000,
      learningRate: learningRate ?? 2.5e-4,
      epochs: epochs ?? 4,
      minibatches: minibatches ?? 4,
      clip: clip ?? 0.2,
      entropy: entropy ?? 0.01,
      critic: critic ?? 0.5,
    }
    this.#stretch = envs * rollout
    this.optimizer = adam(this.#options.learningRate, { epsilon: 1e-5, clipNorm }).init(this.model)
    this.#learn = compile(
      repeated((batch: Minibatch) => this.step(batch)),
      { engine: this.engine },
    )
  }

  /** The update as an ordinary function, to compile or to look at: learns from one part of a stretch, and gives the loss. */
  step({ observation, action, logProbability, value, advantage, wanted }: Minibatch): Tensor {
    const { clip, entropy, critic } = this.#options
    const better = advantage.sub(advantage.mean()).div(advantage.std().add(1e-8))
    return this.optimizer.minimize(this.model, () => {
      const { logits, values } = this.model.forward(this.shaped(observation))
      const log = logits.logSoftmax() // [n, actions]
      const ratio = log.mul(action.oneHot(this.actions)).sum(1).sub(logProbability).exp()
      const actor = ratio.mul(better).minimum(ratio.clip(1 - clip, 1 + clip).mul(better)).mean() // prettier-ignore
      const near = value.add(values.sub(value).clip(-clip, clip))
      const error = values.sub(wanted).square().maximum(near.sub(wanted).square()).mean().mul(0.5) // prettier-ignore
      const spread = log.exp().mul(log).sum(1).mean().neg()
      return error.mul(critic).sub(actor).sub(spread.mul(entropy))
    })
  }

  protected async update(rollout: Rollout): Promise<void> {
    const { budget, learningRate, epochs, minibatches } = this.#options
    this.optimizer.setLearningRate(learningRate * Math.max(0, 1 - (this.updates * this.#stretch) / budget))
    const n = rollout.action.length
    const order = new Uint32Array(epochs * n)
    for (let epoch = 0; epoch < epochs; epoch++) order.set(this.rng.permutation(n), epoch * n)
    const shape = [epochs * minibatches, n / minibatches]
    const shuffled = Object.entries(rollout).map(([name, data]: [string, Float32Array | Int32Array]) => {
      const width = data.length / n
      return [name, tensor(gather(data, width, order), name === 'observation' ? [...shape, width] : shape)] as const
    })
    await this.#learn(Object.fromEntries(shuffled) as Minibatch)
  }

  protected free(): Promise<void> {
    return this.#learn.dispose()
  }
}
