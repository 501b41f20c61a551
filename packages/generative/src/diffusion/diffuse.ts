import { tensor, type Module, type Tensor } from '@portolan/core'
import type { NoiseSchedule } from './noise-schedule.ts'

/** A model that says what noise is in a sample. x: [n, ...], t: int32 [n] → [n, ...] */
export type Denoiser = Module & {
  /** x: [n, ...], t: int32 [n], label: int32 [n] → the noise in x: [n, ...] */
  forward(x: Tensor, t: Tensor, label?: Tensor): Tensor
  /** The sample that is left without that noise, where the model can say it better than (xₜ − √(1 − ᾱₜ)·noise)/√ᾱₜ: [n, ...] */
  sample?: ((x: Tensor, t: Tensor, label?: Tensor) => Tensor) | undefined
}

/** A number of the schedule for each sample, that broadcasts to it. t: int32 [n] → [n, 1, …] */
export const at = (table: readonly number[], t: Tensor, like: Tensor): Tensor =>
  tensor([...table])
    .gather(t)
    .reshape([-1, ...like.shape.slice(1).map(() => 1)])

const map = (schedule: NoiseSchedule, f: (alphaBar: number, beta: number, before: number) => number): number[] =>
  schedule.alphaBars.map((a, t) => f(a, schedule.betas[t]!, t ? schedule.alphaBars[t - 1]! : 1))

/**
 * A sample after step t: √ᾱₜ·x + √(1 − ᾱₜ)·noise.
 *
 * x, noise: [n, ...], t: int32 [n] → [n, ...]
 * Ho et al., "Denoising Diffusion Probabilistic Models", 2020, equation 4.
 * @example
 * const noisy = addNoise(schedule, x, rng.integers(schedule.steps, [n]), rng.normal(x.shape))
 */
export const addNoise = (schedule: NoiseSchedule, x: Tensor, t: Tensor, noise: Tensor): Tensor =>
  x.mul(at(map(schedule, a => Math.sqrt(a)), t, x)).add(noise.mul(at(map(schedule, a => Math.sqrt(1 - a)), t, x))) // prettier-ignore

/** Options of a step back. */
export interface StepOptions {
  /** Whether the picture that a step aims at is limited to −1 … 1, the range of the samples; default true. */
  clip?: boolean
}

/** The sample that a model aims at, within its limits. */
export function aim(
  { schedule, model, clip = true }: StepOptions & { schedule: NoiseSchedule; model: Denoiser },
  x: Tensor,
  t: Tensor,
  ...label: Tensor[]
): Tensor {
  const said = model.sample?.(x, t, ...label)
  if (!said) return predictedSample(schedule, x, t, model.forward(x, t, ...label), { clip })
  return clip ? said.clip(-1, 1) : said
}

/** The sample that is left when the noise is taken away: (xₜ − √(1 − ᾱₜ)·noise)/√ᾱₜ. */
export function predictedSample(schedule: NoiseSchedule, x: Tensor, t: Tensor, noise: Tensor, { clip = true }: StepOptions = {}): Tensor {
  const x0 = x
    .sub(
      noise.mul(
        at(
          map(schedule, a => Math.sqrt(1 - a)),
          t,
          x,
        ),
      ),
    )
    .mul(
      at(
        map(schedule, a => 1 / Math.sqrt(a)),
        t,
        x,
      ),
    )
  return clip ? x0.clip(-1, 1) : x0
}

/**
 * One step back: xₜ₋₁ of its true distribution given xₜ and the sample that is aimed at,
 * √ᾱₜ₋₁·βₜ/(1 − ᾱₜ)·x₀ + √(1 − βₜ)·(1 − ᾱₜ₋₁)/(1 − ᾱₜ)·xₜ + √(βₜ·(1 − ᾱₜ₋₁)/(1 − ᾱₜ))·fresh; none of the fresh noise at t = 0.
 *
 * x: [n, ...], t: int32 [n], noise: what the model says is in x, fresh: of N(0, 1), both as x → [n, ...]
 * Ho et al., 2020, equations 6 and 7.
 * @example
 * x = ddpmStep(schedule, x, t, model.forward(x, t), rng.normal(x.shape))
 */
export function ddpmStep(schedule: NoiseSchedule, x: Tensor, t: Tensor, noise: Tensor, fresh: Tensor, options: StepOptions = {}): Tensor {
  return ddpmBack(schedule, x, t, predictedSample(schedule, x, t, noise, options), fresh)
}
/** `ddpmStep` where the sample aimed at is known. */
export function ddpmBack(schedule: NoiseSchedule, x: Tensor, t: Tensor, x0: Tensor, fresh: Tensor): Tensor {
  const toSample = map(schedule, (a, beta, before) => (Math.sqrt(before) * beta) / (1 - a))
  const toNow = map(schedule, (a, beta, before) => (Math.sqrt(1 - beta) * (1 - before)) / (1 - a))
  const deviation = map(schedule, (a, beta, before) => Math.sqrt((beta * (1 - before)) / (1 - a)))
  return x0
    .mul(at(toSample, t, x))
    .add(x.mul(at(toNow, t, x)))
    .add(fresh.mul(at(deviation, t, x)))
}

/** Options of `ddimStep`. */
export interface DdimOptions extends StepOptions {
  /** How much fresh noise there is, 0 … 1: with 0, the default, noise alone decides what comes out; with 1 it is that of `ddpmStep`. */
  eta?: number
  /** Of N(0, 1), as x; needed where eta is above 0. */
  fresh?: Tensor
}

/**
 * A step back over several at once, to any earlier step s: √ᾱₛ·x₀ + √(1 − ᾱₛ − σ²)·noise + σ·fresh,
 * σ = η·√((1 − ᾱₛ)/(1 − ᾱₜ)·(1 − ᾱₜ/ᾱₛ)). The noise is what leads from the sample aimed at, after its limits, to xₜ.
 *
 * x, noise: [n, ...], t, to: int32 [n], −1 ≤ to < t; −1 is the sample itself → [n, ...]
 * Song et al., "Denoising Diffusion Implicit Models", 2020, equation 12.
 * @example
 * x = ddimStep(schedule, x, t, to, model.forward(x, t))
 */
export function ddimStep(
  schedule: NoiseSchedule,
  x: Tensor,
  t: Tensor,
  to: Tensor,
  noise: Tensor,
  { clip = true, ...options }: DdimOptions = {},
): Tensor {
  return ddimBack(schedule, x, t, to, predictedSample(schedule, x, t, noise, { clip }), options)
}
/** `ddimStep` where the sample aimed at is known. */
export function ddimBack(
  schedule: NoiseSchedule,
  x: Tensor,
  t: Tensor,
  to: Tensor,
  x0: Tensor,
  { eta = 0, fresh }: Omit<DdimOptions, 'clip'> = {},
): Tensor {
  const now = at(schedule.alphaBars, t, x)
  const then = at([1, ...schedule.alphaBars], to.add(1), x)
  const left = x.sub(x0.mul(now.sqrt())).div(now.neg().add(1).sqrt())
  if (!eta || !fresh) return x0.mul(then.sqrt()).add(left.mul(then.neg().add(1).sqrt()))
  const variance = then
    .neg()
    .add(1)
    .div(now.neg().add(1))
    .mul(now.div(then).neg().add(1))
    .mul(eta ** 2)
  return x0
    .mul(then.sqrt())
    .add(left.mul(then.neg().add(1).sub(variance).relu().sqrt()))
    .add(fresh.mul(variance.sqrt()))
}

/** Which of the schedule's steps a sampler of fewer visits, evenly, from the last: [999, 979, …, 19] of 1,000 in 50. */
export function visited(schedule: NoiseSchedule, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => Math.ceil(((steps - i) * schedule.steps) / steps) - 1)
}
