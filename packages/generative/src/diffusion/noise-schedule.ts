import { RangeError } from '@portolan/core'

/** How much noise is added at each of the steps 0 … steps − 1. */
export interface NoiseSchedule {
  readonly steps: number
  /** βₜ: the variance that step t adds. */
  readonly betas: readonly number[]
  /** ᾱₜ = Π (1 − βₛ) up to t: what is left of the sample's variance after step t. */
  readonly alphaBars: readonly number[]
}

function scheduleOf(betas: readonly number[]): NoiseSchedule {
  let left = 1
  return { steps: betas.length, betas, alphaBars: betas.map(beta => (left *= 1 - beta)) }
}

const checkSteps = (name: string, steps: number): void => {
  if (!(Number.isInteger(steps) && steps > 1)) throw new RangeError(`${name}: steps must be a whole number of at least 2, got ${steps}`)
}

/**
 * Variances that grow along a line: βₜ from `start` to `end`, default 1e-4 to 0.02, both times 1000/steps as these are meant for 1,000.
 *
 * Ho et al., "Denoising Diffusion Probabilistic Models", 2020.
 * @throws RangeError for fewer than 2 steps, or variances outside 0 < start ≤ end < 1.
 * @example
 * linearNoise(1000).alphaBars.at(-1)   // 0.00004: almost only noise
 */
export function linearNoise(steps = 1000, { start = 0.1 / steps, end = 20 / steps }: { start?: number; end?: number } = {}): NoiseSchedule {
  checkSteps('linearNoise', steps)
  if (!(start > 0 && start <= end && end < 1))
    throw new RangeError(
      `linearNoise: 0 < start ≤ end < 1 must hold, got ${start} and ${end}. With few steps, say them: linearNoise(10, { start: 1e-3, end: 0.5 })`,
    )
  return scheduleOf(Array.from({ length: steps }, (_, t) => start + ((end - start) * t) / (steps - 1)))
}

/**
 * What is left of the sample falls along a cosine: ᾱₜ = f(t + 1)/f(0), f(t) = cos²((t/steps + s)/(1 + s)·π/2); no βₜ is above 0.999.
 *
 * offset: s > 0, default 0.008, which keeps the first steps from being too small.
 * Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", 2021.
 * @throws RangeError for fewer than 2 steps, or an offset that is not positive.
 * @example
 * const schedule = cosineNoise(1000)
 */
export function cosineNoise(steps = 1000, { offset = 0.008 }: { offset?: number } = {}): NoiseSchedule {
  checkSteps('cosineNoise', steps)
  if (!(offset > 0)) throw new RangeError(`cosineNoise: offset must be above 0, got ${offset}`)
  const f = (t: number): number => Math.cos(((t / steps + offset) / (1 + offset)) * (Math.PI / 2)) ** 2
  return scheduleOf(Array.from({ length: steps }, (_, t) => Math.min(0.999, 1 - f(t + 1) / f(t))))
}
