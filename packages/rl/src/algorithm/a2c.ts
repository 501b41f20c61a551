import { compile, rmsprop, tensor, type Compiled, type Optimizer, type Tensor } from '@portolan/core'
import { RolloutLearner, type Rollout, type RolloutOptions } from './rollout-learner.ts'

/** Options of `A2C`. */
export interface A2COptions extends RolloutOptions {
  /** Default 7·10⁻⁴. */
  readonly learningRate?: number
  /** What the entropy counts for; default 0. */
  readonly entropy?: number
  /** What the critic's error counts for; default 0.5. */
  readonly critic?: number
  /** Gradients are scaled down to this joint norm; default 0.5. */
  readonly clipNorm?: number
}

/** Rows of a rollout as tensors. */
type Steps = Readonly<Record<'observation' | 'action' | 'advantage' | 'wanted', Tensor>>

/**
 * Advantage actor-critic: an actor moves towards what went better than its critic thought, after a few steps of several environments.
 *
 * loss = −mean log π(a|s)·A + c·½·mean (V − R)² − e·entropy. Defaults: 8 environments, stretches of 5 steps, λ = 1, RMSprop.
 * @throws PortolanError if the environment is not one of boxes and discrete actions.
 * @see Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning", 2016; Huang et al., "A2C is a special case of PPO", 2022.
 * @example
 * const a2c = new A2C({ env: () => cartPole(), engine: onnx({ threads: 1 }), seed: 1 })
 * await a2c.learn(500_000)
 */
export class A2C extends RolloutLearner {
  readonly kind = 'A2C'
  readonly optimizer: Optimizer
  readonly #entropy: number
  readonly #critic: number
  readonly #learn: Compiled<[Steps], Tensor>

  constructor({ learningRate = 7e-4, entropy = 0, critic = 0.5, clipNorm = 0.5, ...options }: A2COptions) {
    const { envs = 8, rollout = 5, trace = 1 } = options
    super({ ...options, envs, rollout, trace })
    this.#entropy = entropy
    this.#critic = critic
    this.optimizer = rmsprop(learningRate, { alpha: 0.99, epsilon: 1e-5, clipNorm }).init(this.model)
    this.#learn = compile((steps: Steps) => this.step(steps), { engine: this.engine })
  }

  /** The update as an ordinary function, to compile or to look at: learns from a stretch, and gives the loss. */
  step({ observation, action, advantage, wanted }: Steps): Tensor {
    return this.optimizer.minimize(this.model, () => {
      const { logits, values } = this.model.forward(this.shaped(observation))
      const log = logits.logSoftmax() // [n, actions]
      const actor = log.mul(action.oneHot(this.actions)).sum(1).mul(advantage).mean() // prettier-ignore
      const spread = log.exp().mul(log).sum(1).mean().neg()
      return values.sub(wanted).square().mean().mul(0.5 * this.#critic).sub(actor).sub(spread.mul(this.#entropy)) // prettier-ignore
    })
  }

  protected async update({ observation, action, advantage, wanted }: Rollout): Promise<void> {
    const n = action.length
    await this.#learn({
      observation: tensor(observation.slice(), [n, observation.length / n]),
      action: tensor(action.slice()),
      advantage: tensor(advantage),
      wanted: tensor(wanted),
    })
  }

  protected free(): Promise<void> {
    return this.#learn.dispose()
  }
}
