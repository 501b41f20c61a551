import type { Env } from './env.ts'
import { box, type Box, type Space } from './space.ts'

/**
 * Observations by the mean μ and the variance σ² of all so far: (x − μ) / √(σ² + 10⁻⁸), each number by itself. Gymnasium: NormalizeObservation.
 *
 * `update`: whether what is seen counts, default true; judge with `false` and the state of the training's.
 * @example
 * const env = normalizeObservation(mountainCar())
 */
export function normalizeObservation<A extends Space>(env: Env<Box, A>, { update = true }: { update?: boolean } = {}): Env<Box, A> {
  const { shape, low } = env.observationSpace
  let count = 1e-4
  let mean = new Float64Array(low.length)
  let variance = new Float64Array(low.length).fill(1)
  const seen = (x: Float32Array): Float32Array => {
    if (update) {
      const total = count + 1
      for (const [i, v] of x.entries()) {
        const delta = v - mean[i]!
        variance[i] = (variance[i]! * count + (delta * delta * count) / total) / total
        mean[i]! += delta / total
      }
      count = total
    }
    return x.map((v, i) => (v - mean[i]!) / Math.sqrt(variance[i]! + 1e-8))
  }
  return {
    ...env,
    observationSpace: box(-Infinity, Infinity, shape),
    reset(options) {
      const { observation, info } = env.reset(options)
      return { observation: seen(observation), info }
    },
    step(action) {
      const made = env.step(action)
      return { ...made, observation: seen(made.observation) }
    },
    state: () => ({ count, mean: [...mean], variance: [...variance], env: env.state() }),
    restore(state) {
      count = state['count'] as number
      mean = Float64Array.from(state['mean'] as number[])
      variance = Float64Array.from(state['variance'] as number[])
      env.restore(state['env'] as Record<string, unknown>)
    },
  }
}
