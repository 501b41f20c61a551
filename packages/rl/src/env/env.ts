import type { Scene } from '../draw/scene.ts'
import type { Element, Space } from './space.ts'

/** What an environment says beside the observation, by name. */
export type Info = Readonly<Record<string, unknown>>
/** Where an environment stands, as JSON. */
export type EnvState = Readonly<Record<string, unknown>>

/** Options of `reset`. */
export interface ResetOptions {
  /** Starts the environment's random numbers anew, an integer; default: they go on, at first from seed 0. */
  readonly seed?: number
}
/** How an episode begins. */
export interface Start<O extends Space = Space> {
  readonly observation: Element<O>
  readonly info: Info
}
/** What an action led to. */
export interface Step<O extends Space = Space> extends Start<O> {
  readonly reward: number
  /** The episode has come to an end of the task: nothing is worth anything from here on. */
  readonly terminated: boolean
  /** The episode was cut, as by a time limit: what would have come counts. */
  readonly truncated: boolean
}

/**
 * A task in Gymnasium's terms. O and A: the spaces of observations and actions.
 *
 * All chance comes from the seed of `reset`: one seed and the same actions, one course.
 * @see Towers et al., "Gymnasium: A Standard Interface for Reinforcement Learning Environments", 2024.
 * @example
 * const env = cartPole()
 * let { observation } = env.reset({ seed: 1 })
 * const { reward, terminated, truncated } = env.step(observation[2]! > 0 ? 1 : 0)
 */
export interface Env<O extends Space = Space, A extends Space = Space> {
  readonly observationSpace: O
  readonly actionSpace: A
  /** Begins an episode. */
  reset(options?: ResetOptions): Start<O>
  /** @throws RangeError for what is no action; PortolanError before the first `reset` and after the end of an episode. */
  step(action: Element<A>): Step<O>
  /** Where it stands, random numbers included, as JSON. */
  state(): EnvState
  /** Goes on from there, exactly. */
  restore(state: EnvState): void
  /** What it looks like now. */
  draw(): Scene
}
