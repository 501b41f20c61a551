import { defaultRng, mse, RangeError, type Batch, type Ema, type Optimizer, type Rng, type Tensor, type TrainStep } from '@portolan/core'
import { entry } from '../entry.ts'
import { addNoise, type Denoiser } from './diffuse.ts'
import type { NoiseSchedule } from './noise-schedule.ts'
import { VelocityDenoiser } from './velocity-denoiser.ts'

/** Options of `diffusionStep`. */
export interface DiffusionStepOptions {
  model: Denoiser
  schedule: NoiseSchedule
  optimizer: Optimizer
  /** Where noise and steps come from; default that of the last `seed`. */
  rng?: Rng
  /** An average of the model's parameters that moves along: samples are much better with it. */
  average?: Ema
  /** Name of the samples in a batch, numbers in −1 … 1; default 'image'. */
  input?: string
  /** Name of the classes in a batch, int32, where the model is told them; default none. */
  label?: string
  /**
   * How often the model is told `none` in place of a class, 0 … 1, so that it also learns what samples of any class are like, which
   * `GuidedDenoiser` needs. Default never.
   */
  withoutLabel?: { share: number; none: number }
}

/**
 * A step that trains a denoiser: mean of (noise − model(√ᾱₜ·x + √(1 − ᾱₜ)·noise, t))² at a random t for each sample; of a
 * `VelocityDenoiser` the same of velocities.
 *
 * Ho et al., "Denoising Diffusion Probabilistic Models", 2020, algorithm 1.
 * @throws PortolanError for a batch without the samples or classes; RangeError for a share outside 0 … 1.
 * @example
 * const model = new DiffusionUNet()
 * const step = diffusionStep({ model, schedule: cosineNoise(), optimizer: adam(1e-3), average: new Ema(model, 0.995) })
 */
export function diffusionStep(options: DiffusionStepOptions): TrainStep {
  const { model, schedule, optimizer, rng = defaultRng(), average, input = 'image', label, withoutLabel } = options
  if (withoutLabel && !(withoutLabel.share >= 0 && withoutLabel.share <= 1))
    throw new RangeError(`diffusionStep: withoutLabel.share must be from 0 to 1, got ${withoutLabel.share}`)
  optimizer.init(model)
  const forget = (labels: Tensor): Tensor =>
    withoutLabel ? rng.uniform(labels.shape).less(withoutLabel.share).where(withoutLabel.none, labels) : labels
  const judge = (batch: Batch): { loss: Tensor } => {
    const x = entry('diffusionStep', batch, input)
    const classes = label === undefined ? [] : [forget(entry('diffusionStep', batch, label))]
    const [t, noise] = [rng.integers(schedule.steps, [x.shape[0]!]), rng.normal(x.shape)]
    const noisy = addNoise(schedule, x, t, noise)
    if (model instanceof VelocityDenoiser) return { loss: mse(model.velocity(noisy, t, ...classes), model.trueVelocity(x, t, noise)) }
    return { loss: mse(model.forward(noisy, t, ...classes), noise) }
  }
  return {
    train(batch) {
      const logs = optimizer.minimize(model, () => judge(batch))
      average?.update()
      return logs
    },
    evaluate: judge,
    state: { model, optimizer, rng, ...(average && { average }) },
  }
}
