import { defaultRng, type Ema, type Optimizer, type Rng, type Tensor, type TrainStep } from '@portolan/core'
import { entry } from '../entry.ts'
import type { Discriminator, Generator } from './players.ts'

/** What steps of two players take. */
export interface AdversarialOptions {
  generator: Generator
  /** One for each player. */
  optimizers: { readonly generator: Optimizer; readonly discriminator: Optimizer }
  /** Where noise comes from; default that of the last `seed`. */
  rng?: Rng
  /** An average of the generator's parameters that moves along. */
  average?: Ema
  /** Name of the samples in a batch; default 'image'. */
  input?: string
  /** Name of the classes in a batch, int32, where both players are told them; default none. */
  label?: string
}

/** Options of `ganStep`. */
export interface GanStepOptions extends AdversarialOptions {
  discriminator: Discriminator
  /** What real samples should be taken for, 0.5 … 1; below 1 the discriminator is less sure of itself. Default 1. */
  realTarget?: number
}

/**
 * A step of a GAN, both updates in one: the discriminator learns −t·log D(x) − (1 − t)·log(1 − D(x)) − log(1 − D(G(z))), then the
 * generator, of the same noise and with the discriminator as it is by now, −log D(G(z)). Compiled it is one program, in which the
 * samples are made once for both.
 *
 * Its logs: the losses `discriminator` and `generator`, and the probabilities `real` and `fake`, with which samples were taken for real.
 * Goodfellow et al., "Generative Adversarial Networks", 2014 (the generator's loss that does not saturate).
 * @throws PortolanError for a batch without the samples or classes.
 * @example
 * const [generator, discriminator] = [new DCGANGenerator(), new DCGANDiscriminator()]
 * const rule = () => adam(2e-4, { betas: [0.5, 0.999] })
 * const step = ganStep({ generator, discriminator, optimizers: { generator: rule(), discriminator: rule() } })
 * await new Trainer({ step, engine: onnx() }).fit(pictures, { epochs: 20 })
 */
export function ganStep(options: GanStepOptions): TrainStep {
  const { generator, discriminator, optimizers, rng = defaultRng(), average, input = 'image', label, realTarget = 1 } = options
  optimizers.generator.init(generator)
  optimizers.discriminator.init(discriminator)
  return {
    train(batch) {
      const x = entry('ganStep', batch, input)
      const classes = label === undefined ? [] : [entry('ganStep', batch, label)]
      const z = rng.normal([x.shape[0]!, generator.latents])
      const judged = optimizers.discriminator.minimize(discriminator, () => {
        const real = discriminator.forward(x, ...classes)
        const fake = discriminator.forward(generator.forward(z, ...classes), ...classes)
        const onReal = real.softplus().sub(real.mul(realTarget))
        return { loss: onReal.mean().add(fake.softplus().mean()), real: real.sigmoid().mean(), fake: fake.sigmoid().mean() }
      })
      const made = optimizers.generator.minimize(generator, () => {
        const fake: Tensor = discriminator.forward(generator.forward(z, ...classes), ...classes)
        return fake.neg().softplus().mean()
      })
      average?.update()
      return { discriminator: judged.loss, generator: made, real: judged.real, fake: judged.fake }
    },
    state: { generator, discriminator, optimizers, rng, ...(average && { average }) },
  }
}
