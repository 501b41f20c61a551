// A Wasserstein GAN with gradient penalty on digits: two critic updates and one of the generator in one compiled step.
import { adam, cosineDecay } from '@portolan/core'
import { play } from '@portolan/example-generative-kit'
import { runOptions } from '@portolan/example-vision-kit'
import { wganStep } from '@portolan/generative'

const options = runOptions({
  description: 'A WGAN-GP draws digits: trains generator and critic, scores its samples by a classifier, draws, exports the generator.',
  name: 'wgan-gp',
  real: 'MNIST',
  batchSize: 128,
  epochs: [8, 13],
  judged: true,
})
await play(
  options,
  ({ discriminator: critic, ...players }, steps) => {
    // two time scales in place of more updates: the critic learns at twice the rate (Heusel et al., 2017)
    const rule = (rate: number) => adam(rate, { betas: [0, 0.9], schedule: cosineDecay(steps) })
    return wganStep({ ...players, critic, criticSteps: 2, optimizers: { generator: rule(2e-4), discriminator: rule(4e-4) } })
  },
  { batchNorm: false },
)
