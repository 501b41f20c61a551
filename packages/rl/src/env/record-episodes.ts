import type { Env } from './env.ts'
import type { Space } from './space.ts'

/** What an episode came to. */
export interface Episode {
  /** Its rewards together. */
  readonly return: number
  /** Its steps. */
  readonly length: number
}

/**
 * Adds up each episode: the last step's `info.episode` is its return and its length.
 * @example
 * const env = recordEpisodes(cartPole())
 */
export function recordEpisodes<O extends Space, A extends Space>(env: Env<O, A>): Env<O, A> {
  let sum = 0
  let length = 0
  return {
    ...env,
    reset(options) {
      sum = length = 0
      return env.reset(options)
    },
    step(action) {
      const made = env.step(action)
      sum += made.reward
      length++
      if (!made.terminated && !made.truncated) return made
      const episode: Episode = { return: sum, length }
      return { ...made, info: { ...made.info, episode } }
    },
    state: () => ({ sum, length, env: env.state() }),
    restore(state) {
      sum = state['sum'] as number
      length = state['length'] as number
      env.restore(state['env'] as Record<string, unknown>)
    },
  }
}
