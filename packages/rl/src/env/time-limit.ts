import { RangeError } from '@portolan/core'
import type { Env } from './env.ts'
import type { Space } from './space.ts'

/**
 * Cuts episodes after so many steps: `truncated` is then true. Infinity leaves the environment as it is.
 * @throws RangeError unless maxSteps is an integer of at least 1, or Infinity.
 * @example
 * const env = timeLimit(cliffWalking(), 100)
 */
export function timeLimit<O extends Space, A extends Space>(env: Env<O, A>, maxSteps: number): Env<O, A> {
  if (maxSteps === Infinity) return env
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new RangeError(`timeLimit: maxSteps must be an integer of at least 1, or Infinity, got ${maxSteps}.`)
  let steps = 0
  return {
    ...env,
    reset(options) {
      steps = 0
      return env.reset(options)
    },
    step(action) {
      const made = env.step(action)
      return ++steps < maxSteps ? made : { ...made, truncated: true }
    },
    state: () => ({ steps, env: env.state() }),
    restore(state) {
      steps = state['steps'] as number
      env.restore(state['env'] as Record<string, unknown>)
    },
  }
}
