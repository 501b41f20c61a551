// AlexNet, a fourth as wide, on small photos enlarged to 64 × 64: the smallest that its windows take is 63.
import { sgd, warmupCosine } from '@portolan/core'
import { compose, horizontalFlip, randomCrop, resize } from '@portolan/data/node'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'
import { AlexNet, imageNet } from '@portolan/vision'

const options = runOptions({
  description: 'AlexNet on small photos: trains with crops and flips, judges, exports.',
  name: 'alexnet',
  real: 'CIFAR-10',
  batchSize: 64,
  epochs: [4, 20],
})
await classify(options, {
  images: await cifarData(options),
  model: numClasses => new AlexNet({ numClasses, width: 1 / 4 }),
  optimizer: steps => sgd(0.02, { momentum: 0.9, weightDecay: 5e-4, schedule: warmupCosine(steps / 20, steps) }),
  augment: compose(randomCrop(32, { padding: 4 }), horizontalFlip({ p: 0.5 }), resize([64, 64])),
  prepare: resize([64, 64]),
  normalize: imageNet,
  input: [3, 64],
})
