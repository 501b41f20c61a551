import { defaultRng, RangeError, ShapeError, stopGradient, type Tensor, type TrainStep } from '@portolan/core'
import { entry } from '../entry.ts'
import type { AdversarialOptions } from './gan-step.ts'
import { gradientPenalty } from './gradient-penalty.ts'
import type { Discriminator } from './players.ts'

/** Options of `wganStep`. */
export interface WganStepOptions extends AdversarialOptions {
  /** Gives each sample a number; without batch norm, as the penalty is that of each sample by itself. */
  critic: Discriminator
  /** Updates of the critic before each one of the generator: a batch is divided among them. Default 5. */
  criticSteps?: number
  /** What the gradient penalty counts for, ≥ 0; default 10. */
  penalty?: number
}

/**
 * A step of a Wasserstein GAN with gradient penalty: a batch is divided into `criticSteps` parts, with each of which the critic learns
 * mean critic(G(z)) − mean critic(x) + λ·(‖∇critic‖ − 1)², then the generator learns −mean critic(G(z)). Compiled, all of it is one program.
 *
 * Its logs: `critic` and `generator`, the losses (the critic's is the mean over its updates), `distance`, the estimated Wasserstein
 * distance, and `penalty`, before it is multiplied by λ.
 * Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, with Adam(1e-4, betas 0 and 0.9) there.
 * @throws ShapeError for a batch that does not divide; RangeError for criticSteps below 1; PortolanError for a batch without samples or classes.
 * @example
 * const rule = () => adam(1e-4, { betas: [0, 0.9] })
 * const step = wganStep({ generator: new DCGANGenerator(), critic: new DCGANDiscriminator(), optimizers: { generator: rule(), discriminator: rule() } })
 * await new Trainer({ step, engine: onnx() }).fit(loader(train, { batchSize: 320, dropLast: true }), { epochs: 20 })
 */
export function wganStep(options: WganStepOptions): TrainStep {
  const { generator, critic, optimizers, rng = defaultRng(), average, input = 'image', label, criticSteps = 5, penalty = 10 } = options
  if (!(Number.isInteger(criticSteps) && criticSteps > 0))
    throw new RangeError(`wganStep: criticSteps must be a whole number of at least 1, got ${criticSteps}`)
  optimizers.generator.init(generator)
  optimizers.discriminator.init(critic)
  const mean = (parts: readonly Tensor[]): Tensor => parts.reduce((a, b) => a.add(b)).mul(1 / parts.length)
  return {
    train(batch) {
      const x = entry('wganStep', batch, input)
      const n = x.shape[0]! / criticSteps
      if (!Number.isInteger(n))
        throw new ShapeError(`wganStep: a batch must divide into ${criticSteps} parts, got [${x.shape}]. Leave the last one out: dropLast.`)
      const draw = (told: readonly Tensor[]): Tensor => generator.forward(rng.normal([n, generator.latents]), ...told)
      const parts = x.split(criticSteps, 0)
      const classes = label === undefined ? parts.map(() => []) : entry('wganStep', batch, label).split(criticSteps, 0).map(c => [c]) // prettier-ignore
      const judged = parts.map((real, i) => {
        const told = classes[i]!
        const [fake, mix] = [stopGradient(draw(told)), rng.uniform([n])]
        return optimizers.discriminator.minimize(critic, () => {
          const slope = gradientPenalty(x => critic.forward(x, ...told), real, fake, mix)
          const distance = critic.forward(real, ...told).mean().sub(critic.forward(fake, ...told).mean()) // prettier-ignore
          return { loss: slope.mul(penalty).sub(distance), distance, slope }
        })
      })
      const told = classes[0]!
      const made = optimizers.generator.minimize(generator, () => critic.forward(draw(told), ...told).mean().neg()) // prettier-ignore
      average?.update()
      return {
        critic: mean(judged.map(j => j.loss)),
        generator: made,
        distance: mean(judged.map(j => j.distance)),
        penalty: mean(judged.map(j => j.slope)),
      }
    },
    state: { generator, discriminator: critic, optimizers, rng, ...(average && { average }) },
  }
}
