import { RangeError, type HostTensor } from '@portolan/core'

/** Numbers of one step, a row for each environment. */
export interface RolloutStep {
  /** [envs, observation] */
  readonly observations: Float32Array
  /** [envs] */
  readonly actions: Int32Array
  readonly logProbabilities: Float32Array
  readonly values: Float32Array
  readonly rewards: Float32Array
  /** 1 where an episode ended with this step, whether it was terminated or cut. */
  readonly ended: Uint8Array
}
/** Options of `RolloutBuffer`. */
export interface RolloutBufferOptions {
  /** Steps of each environment. */
  readonly steps: number
  readonly envs: number
  /** How many numbers an observation has. */
  readonly observation: number
}
/** How advantages are estimated. */
export interface Estimates {
  /** γ: what the next step's worth counts for. */
  readonly discount: number
  /** λ: 0 trusts the values of the next step, 1 what came until the end. */
  readonly trace: number
}

/**
 * Steps of several environments that follow each other, to learn from once: row t·envs + e is step t of environment e.
 * @throws RangeError unless steps and envs are integers of at least 1.
 * @example
 * const rollout = new RolloutBuffer({ steps: 128, envs: 4, observation: 4 })
 * while (!rollout.full) rollout.add(step)
 * const { advantages, returns } = rollout.estimates(lastValues, { discount: 0.99, trace: 0.95 })
 */
export class RolloutBuffer {
  readonly steps: number
  readonly envs: number
  readonly observations: Float32Array
  readonly actions: Int32Array
  readonly logProbabilities: Float32Array
  readonly values: Float32Array
  readonly rewards: Float32Array
  readonly ended: Uint8Array
  /** How many steps it holds. */
  length = 0

  constructor({ steps, envs, observation }: RolloutBufferOptions) {
    if (![steps, envs].every(n => Number.isInteger(n) && n >= 1))
      throw new RangeError(`RolloutBuffer: steps and envs must be integers of at least 1, got ${steps} and ${envs}.`)
    this.steps = steps
    this.envs = envs
    const n = steps * envs
    this.observations = new Float32Array(n * observation)
    this.actions = new Int32Array(n)
    this.logProbabilities = new Float32Array(n)
    this.values = new Float32Array(n)
    this.rewards = new Float32Array(n)
    this.ended = new Uint8Array(n)
  }

  /** Whether all steps are there. */
  get full(): boolean {
    return this.length === this.steps
  }

  /** @throws RangeError when it is full. */
  add(step: RolloutStep): void {
    if (this.full) throw new RangeError(`RolloutBuffer.add: there is room for ${this.steps} steps, got one more. Call clear() first.`)
    const at = this.length++ * this.envs
    this.observations.set(step.observations, (at * this.observations.length) / (this.steps * this.envs))
    this.actions.set(step.actions, at)
    this.logProbabilities.set(step.logProbabilities, at)
    this.values.set(step.values, at)
    this.rewards.set(step.rewards, at)
    this.ended.set(step.ended, at)
  }

  /** Forgets all steps. */
  clear(): void {
    this.length = 0
  }

  /**
   * How much better each step was than thought, and what it is worth by that:
   * δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ), Aₜ = δₜ + γλ·Aₜ₊₁ within an episode, returns A + V. `next`: values of the observations after the last step.
   * @see Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation", 2016.
   */
  estimates(next: ArrayLike<number>, { discount, trace }: Estimates): { advantages: Float32Array; returns: Float32Array } {
    const { envs, values, rewards, ended } = this
    const advantages = new Float32Array(values.length)
    for (let e = 0; e < envs; e++)
      for (let t = this.length - 1, after = 0; t >= 0; t--) {
        const i = t * envs + e
        const goesOn = 1 - ended[i]!
        const following = t === this.length - 1 ? next[e]! : values[i + envs]!
        after = rewards[i]! + discount * following * goesOn - values[i]! + discount * trace * goesOn * after
        advantages[i] = after
      }
    return { advantages, returns: advantages.map((a, i) => a + values[i]!) }
  }

  /** What it holds, for a file. */
  state(): Record<string, HostTensor> {
    const { observations, actions, logProbabilities, values, rewards, ended } = this
    const floats = { observations, logProbabilities, values, rewards }
    return {
      ...Object.fromEntries(
        Object.entries(floats).map(([name, data]) => [name, { dtype: 'float32', shape: [data.length], data } as const]),
      ),
      actions: { dtype: 'int32', shape: [actions.length], data: actions },
      ended: { dtype: 'uint8', shape: [ended.length], data: ended },
      length: { dtype: 'int32', shape: [], data: Int32Array.of(this.length) },
    }
  }

  /** Goes on from there, exactly. @throws RangeError if it is the state of another buffer. */
  restore(state: Readonly<Record<string, HostTensor>>): void {
    const { observations, actions, logProbabilities, values, rewards, ended } = this
    const into = Object.entries({ observations, actions, logProbabilities, values, rewards, ended })
    for (const [name, data] of into)
      if (state[name]?.data.length !== data.length)
        throw new RangeError(
          `RolloutBuffer.restore: ${name} must hold ${data.length} numbers, got ${state[name]?.data.length ?? 'none'}. It is the state of another buffer.`,
        )
    for (const [name, data] of into) data.set(state[name]!.data)
    this.length = state['length']!.data[0]!
  }
}
