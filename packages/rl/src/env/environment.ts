import { HostRng, PortolanError, RangeError, type HostRngState } from '@portolan/core'
import type { Scene } from '../draw/scene.ts'
import type { Env, EnvState, Info } from './env.ts'
import { contains, type Element, type Space } from './space.ts'

/** The rules of a task as functions of its state S, which is plain data: numbers, lists and records of them. */
export interface Dynamics<O extends Space, A extends Space, S> {
  /** What errors call it. */
  readonly name: string
  readonly observationSpace: O
  readonly actionSpace: A
  /** A state to begin in. */
  start(rng: HostRng): S
  /** What an action leads to; the state given stays as it is. */
  step(state: S, action: Element<A>, rng: HostRng): Outcome<S>
  /** What is seen of a state. */
  observe(state: S): Element<O>
  /** What else is told of a state. */
  info?(state: S): Info
  /** A state as a drawing. */
  draw(state: S): Scene
}
/** What an action leads to. */
export interface Outcome<S> {
  readonly state: S
  readonly reward: number
  readonly terminated: boolean
}

/**
 * An environment of the rules of a task: seeds, saves and checks are the same for all.
 * @example
 * const walk = environment({
 *   name: 'walk',
 *   observationSpace: discrete(5),
 *   actionSpace: discrete(2),
 *   start: () => 2,
 *   step: (at: number, action) => {
 *     const next = action === 1 ? at + 1 : at - 1
 *     return { state: next, reward: next === 4 ? 1 : 0, terminated: next === 0 || next === 4 }
 *   },
 *   observe: at => at,
 *   draw: at => ({ width: 50, height: 10, marks: [disc(10 * at + 5, 5, 4, '#0072b2')] }),
 * })
 */
export function environment<O extends Space, A extends Space, S>(dynamics: Dynamics<O, A, S>): Env<O, A> {
  const { name, observationSpace, actionSpace } = dynamics
  let rng = new HostRng(0)
  let now: S | undefined
  let over = false
  const seen = (state: S): { observation: Element<O>; info: Info } => ({
    observation: dynamics.observe(state),
    info: dynamics.info?.(state) ?? {},
  })
  const begun = (): S => {
    if (now === undefined) throw new PortolanError(`${name}: there is no episode yet. Call reset() first.`)
    return now
  }
  return {
    observationSpace,
    actionSpace,
    reset({ seed } = {}) {
      if (seed !== undefined) rng = new HostRng(seed)
      over = false
      now = dynamics.start(rng)
      return seen(now)
    },
    step(action) {
      const before = begun()
      if (over) throw new PortolanError(`${name}: the episode is over. Call reset() before the next step().`)
      if (!contains(actionSpace, action))
        throw new RangeError(
          `${name}: an action must be ${wanted(actionSpace)}, got ${action instanceof Float32Array ? `[${action}]` : String(action)}.`,
        )
      const { state, reward, terminated } = dynamics.step(before, action, rng)
      now = state
      over = terminated
      const { observation, info } = seen(now)
      return { observation, info, reward, terminated, truncated: false }
    },
    state: () => ({ now: now ?? null, over, rng: rng.state() }),
    restore(state: EnvState) {
      const { seed, stream, draw } = state['rng'] as HostRngState
      rng = new HostRng(seed, stream, draw)
      now = (state['now'] as S | null) ?? undefined
      over = state['over'] as boolean
    },
    draw: () => dynamics.draw(begun()),
  }
}

const wanted = (space: Space): string =>
  space.kind === 'discrete'
    ? `an integer from 0 to ${space.n - 1}`
    : `a Float32Array of ${space.low.length} numbers within the bounds of the space`
