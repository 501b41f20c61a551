// A DCGAN of digits, both updates in one compiled step.
import { adam, cosineDecay } from '@portolan/core'
import { play } from '@portolan/example-generative-kit'
import { runOptions } from '@portolan/example-vision-kit'
import { ganStep } from '@portolan/generative'

const options = runOptions({
  description: 'A DCGAN draws digits: trains both players, scores its samples by a classifier, draws, exports the generator.',
  name: 'dcgan',
  real: 'MNIST',
  batchSize: 64,
  epochs: [10, 10],
  judged: true,
})
await play(options, (players, steps) => {
  const rule = () => adam(2e-4, { betas: [0.5, 0.999], schedule: cosineDecay(steps) })
  return ganStep({ ...players, optimizers: { generator: rule(), discriminator: rule() }, realTarget: 0.9 })
})
