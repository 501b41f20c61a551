import { RangeError } from '@portolan/core'
import type { Env } from './env.ts'
import { box, type Box, type Space } from './space.ts'

/**
 * The last `frames` observations as one, the oldest first; an episode begins with its first one repeated. [...shape] → [frames, ...shape]
 * @throws RangeError unless frames is an integer of at least 1.
 * @example
 * const env = frameStack(pathPlanning(), 4)
 */
export function frameStack<A extends Space>(env: Env<Box, A>, frames: number): Env<Box, A> {
  if (!Number.isInteger(frames) || frames < 1) throw new RangeError(`frameStack: frames must be an integer of at least 1, got ${frames}.`)
  const { low, high, shape } = env.observationSpace
  const repeated = (x: Float32Array): number[] => Array.from({ length: frames }, () => [...x]).flat()
  let stack = new Float32Array(frames * low.length)
  return {
    ...env,
    observationSpace: box(repeated(low), repeated(high), [frames, ...shape]),
    reset(options) {
      const { observation, info } = env.reset(options)
      stack = Float32Array.from(repeated(observation))
      return { observation: stack.slice(), info }
    },
    step(action) {
      const made = env.step(action)
      stack.copyWithin(0, low.length)
      stack.set(made.observation, stack.length - low.length)
      return { ...made, observation: stack.slice() }
    },
    state: () => ({ stack: [...stack], env: env.state() }),
    restore(state) {
      stack = Float32Array.from(state['stack'] as number[])
      env.restore(state['env'] as Record<string, unknown>)
    },
  }
}
