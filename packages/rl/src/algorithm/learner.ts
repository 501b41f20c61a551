import { PortolanError, type Engine } from '@portolan/core'
import type { Env } from '../env/env.ts'
import { recordEpisodes, type Episode } from '../env/record-episodes.ts'
import { sizeOf, type Space } from '../env/space.ts'

/** What every learner with a network takes. */
export interface LearnerOptions {
  /** What its networks and updates run on; without one they run op by op. */
  readonly engine?: Engine
  /** Of the first weights, the actions and the environments; default 0. It calls core's `seed`. */
  readonly seed?: number
  /** What the next step's worth counts for, γ: 0 … 1; default 0.99. */
  readonly discount?: number
}

/** Options of `learn`. */
export interface LearnOptions {
  /** Told of each episode that ends; `true` ends `learn` after this step. */
  readonly onEpisode?: (episode: Episode, steps: number) => boolean | void
}

/** Something that acts. */
export interface Policy {
  /** What it thinks best, one row for each observation. observations: [n, size] → [n] of a discrete space, else [n, size] */
  act(observations: Float32Array): Promise<ArrayLike<number>>
}

/**
 * What a policy comes to in an environment, each episode from its own seed: seed, seed + 1, …
 *
 * `episodes`: how many, default 100; `seed`: default 1,000,000, far from those of training.
 * @example
 * const episodes = await evaluate(dqn, cartPole())
 * const mean = episodes.reduce((sum, e) => sum + e.return, 0) / episodes.length
 */
export async function evaluate<O extends Space, A extends Space>(
  policy: Policy,
  env: Env<O, A>,
  { episodes = 100, seed = 1_000_000 }: { episodes?: number; seed?: number } = {},
): Promise<Episode[]> {
  const recorded = recordEpisodes(env)
  const discrete = env.actionSpace.kind === 'discrete'
  const seen = new Float32Array(sizeOf(env.observationSpace))
  const made: Episode[] = []
  for (let i = 0; i < episodes; i++) {
    let { observation } = recorded.reset({ seed: seed + i })
    for (let ended = false; !ended;) {
      if (typeof observation === 'number') seen[0] = observation
      else seen.set(observation as Float32Array)
      const action = await policy.act(seen.slice())
      const step = recorded.step((discrete ? action[0] : Float32Array.from(action)) as never)
      observation = step.observation
      ended = step.terminated || step.truncated
      if (ended) made.push(step.info['episode'] as Episode)
    }
  }
  return made
}

/** @throws PortolanError if a space is of another kind than an algorithm takes. */
export function requireSpaces(
  name: string,
  { observationSpace, actionSpace }: Pick<Env, 'observationSpace' | 'actionSpace'>,
  actions: Space['kind'],
): void {
  if (observationSpace.kind !== 'box' || actionSpace.kind !== actions)
    throw new PortolanError(
      `${name}: the environment must have observations of kind box and actions of kind ${actions}, got ${observationSpace.kind} and ${actionSpace.kind}.`,
    )
}
