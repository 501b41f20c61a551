// A Wasserstein GAN with gradient penalty on digits: five critic updates and one of the generator in one compiled step.
import { adam } from '@portolan/core'
import { play } from '@portolan/example-generative-kit'
import { runOptions } from '@portolan/example-vision-kit'
import { wganStep } from '@portolan/generative'

const options = runOptions({
  description: 'A WGAN-GP draws digits: trains generator and critic, scores its samples by a classifier, draws, exports the generator.',
  name: 'wgan-gp',
  real: 'MNIST',
  batchSize: 320,
  epochs: [8, 40],
  judged: true,
})
const rule = () => adam(2e-4, { betas: [0, 0.9] })
await play(
  options,
  ({ discriminator: critic, ...players }) => wganStep({ ...players, critic, optimizers: { generator: rule(), discriminator: rule() } }),
  { batchNorm: false, kinds: false },
)
