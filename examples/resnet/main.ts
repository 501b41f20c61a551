// The residual network for CIFAR of section 4.2 of the paper, with its crops and flips; the learning rate falls along a cosine.
import { sgd, warmupCosine } from '@portolan/core'
import { compose, horizontalFlip, randomCrop } from '@portolan/data/node'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'
import { CifarResNet } from '@portolan/vision'

const options = runOptions({
  description: 'A residual network of 20 layers on small photos: trains with crops and flips, judges, exports.',
  name: 'resnet',
  real: 'CIFAR-10',
  batchSize: 128,
  epochs: [4, 45],
})
const { preprocessing } = new CifarResNet(8)
await classify(options, {
  images: await cifarData(options),
  model: numClasses => new CifarResNet(options.data === 'real' ? 20 : 8, { numClasses }),
  optimizer: steps => sgd(0.2, { momentum: 0.9, nesterov: true, weightDecay: 5e-4, schedule: warmupCosine(steps / 20, steps) }),
  augment: compose(randomCrop(32, { padding: 4 }), horizontalFlip({ p: 0.5 })),
  normalize: preprocessing,
  input: [3, 32],
})
