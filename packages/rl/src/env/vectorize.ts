import { RangeError, ShapeError } from '@portolan/core'
import type { Env, EnvState, Info, ResetOptions } from './env.ts'
import { sizeOf, type Element, type Space } from './space.ts'

/** What all environments gave, one row for each; a discrete observation is one number. */
export interface VectorStart {
  /** [n, size] */
  readonly observations: Float32Array
  readonly infos: readonly Info[]
}
/** What a step of several environments led to. */
export interface VectorStep extends VectorStart {
  /** [n] */
  readonly rewards: Float32Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** What the step itself led to; where an episode ended it differs from `observations`, which begin the next one. [n, size] */
  readonly last: Float32Array
}

/** Several environments that go in step. */
export interface VectorEnv<O extends Space = Space, A extends Space = Space> {
  readonly n: number
  /** Of one of them. */
  readonly observationSpace: O
  readonly actionSpace: A
  /** Environment i takes seed + i. */
  reset(options?: ResetOptions): VectorStart
  /** Whoever ends is reset at once; `infos` are those of the step. actions: [n, size]. @throws ShapeError for another number of actions. */
  step(actions: ArrayLike<number>): VectorStep
  /** All that it must remember to go on. */
  state(): EnvState
  /** Goes on from what `state` gave. */
  restore(state: EnvState): void
  /** One of them. */
  readonly envs: readonly Env<O, A>[]
}

/**
 * Several environments of a kind that go in step, each reset where it ends.
 * @throws RangeError unless n is an integer of at least 1.
 * @example
 * const envs = vectorize(() => cartPole(), 4)
 * const { observations } = envs.reset({ seed: 1 }) // [4, 4]
 * const { rewards } = envs.step([0, 1, 1, 0])
 */
export function vectorize<O extends Space, A extends Space>(make: () => Env<O, A>, n: number): VectorEnv<O, A> {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`vectorize: n must be an integer of at least 1, got ${n}.`)
  const envs = Array.from({ length: n }, make)
  const { observationSpace, actionSpace } = envs[0]!
  const [seen, acted] = [sizeOf(observationSpace), sizeOf(actionSpace)]
  const put = (into: Float32Array, i: number, x: Element<O>): void => {
    if (typeof x === 'number') into[i] = x
    else into.set(x as Float32Array, i * seen)
  }
  const actionOf = (actions: ArrayLike<number>, i: number): Element<A> =>
    (actionSpace.kind === 'discrete' ? actions[i]! : Float32Array.from({ length: acted }, (_, k) => actions[i * acted + k]!)) as Element<A>
  return {
    n,
    observationSpace,
    actionSpace,
    envs,
    reset({ seed } = {}) {
      const observations = new Float32Array(n * seen)
      const infos = envs.map((env, i) => {
        const start = env.reset(seed === undefined ? {} : { seed: seed + i })
        put(observations, i, start.observation)
        return start.info
      })
      return { observations, infos }
    },
    step(actions) {
      if (actions.length !== n * acted)
        throw new ShapeError(`vectorize: ${n} environments need ${n * acted} numbers as actions, got ${actions.length}.`)
      const made = { rewards: new Float32Array(n), terminated: new Uint8Array(n), truncated: new Uint8Array(n) }
      const last = new Float32Array(n * seen)
      const observations = new Float32Array(n * seen)
      const infos = envs.map((env, i) => {
        const { observation, reward, terminated, truncated, info } = env.step(actionOf(actions, i))
        made.rewards[i] = reward
        made.terminated[i] = Number(terminated)
        made.truncated[i] = Number(truncated)
        put(last, i, observation)
        put(observations, i, terminated || truncated ? env.reset().observation : observation)
        return info
      })
      return { observations, infos, last, ...made }
    },
    state: () => ({ envs: envs.map(env => env.state()) }),
    restore: state => (state['envs'] as EnvState[]).forEach((s, i) => envs[i]!.restore(s)),
  }
}
