import type { HostRng } from '@portolan/core'
import type { Scene } from '../draw/scene.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import { discrete, type Discrete } from './space.ts'

/** One of the things that an action may lead to. */
export interface Transition {
  /** Of all that a state and an action may lead to they add up to 1. */
  readonly probability: number
  readonly next: number
  readonly reward: number
  readonly terminated: boolean
}
/** What may happen, by state and action. */
export type Transitions = readonly (readonly (readonly Transition[])[])[]

/** An environment whose states are numbered and whose chances are known. */
export interface TabularEnv extends Env<Discrete, Discrete> {
  readonly transitions: Transitions
  /** Where an episode may begin, each as likely. */
  readonly starts: readonly number[]
}

/** A task of few states: what each action leads to from each of them. */
export interface Tabular {
  readonly name: string
  readonly transitions: Transitions
  readonly starts: readonly number[]
  /** A state as a drawing. */
  draw(state: number): Scene
}

/** One of a list by its probabilities: the first whose sum with those before is above u. */
function pick(list: readonly Transition[], rng: HostRng): Transition {
  let u = rng.uniform()
  return list.find(t => (u -= t.probability) < 0) ?? list.at(-1)!
}

/**
 * An environment of a table of transitions.
 * @example
 * const coin = [{ probability: 1, next: 1, reward: 1, terminated: true }]
 * const env = tabular({ name: 'coin', transitions: [[coin], [coin]], starts: [0], draw: () => clear(10, 10) })
 */
export function tabular({ name, transitions, starts, draw }: Tabular): TabularEnv {
  const env = environment({
    name,
    observationSpace: discrete(transitions.length),
    actionSpace: discrete(transitions[0]!.length),
    start: rng => starts[starts.length === 1 ? 0 : rng.integer(starts.length)]!,
    step(state: number, action, rng) {
      const { next, reward, terminated } = pick(transitions[state]![action]!, rng)
      return { state: next, reward, terminated }
    },
    observe: state => state,
    draw,
  })
  return { ...env, transitions, starts }
}
