// GoogLeNet, a fourth as wide, on small photos enlarged to 64 × 64, with its two auxiliary heads while it trains.
import { sgd, warmupCosine } from '@portolan/core'
import { compose, horizontalFlip, randomCrop, resize } from '@portolan/data/node'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'
import { auxiliarySupervised, GoogLeNet } from '@portolan/vision'

const options = runOptions({
  description: 'GoogLeNet on small photos: trains with its auxiliary heads, judges, exports.',
  name: 'inception',
  real: 'CIFAR-10',
  batchSize: 64,
  epochs: [3, 15],
})
await classify(options, {
  images: await cifarData(options, { count: 800 }),
  model: numClasses => new GoogLeNet({ numClasses, width: 1 / 4 }),
  optimizer: steps => sgd(0.05, { momentum: 0.9, weightDecay: 2e-4, schedule: warmupCosine(steps / 20, steps) }),
  step: (model, optimizer) => auxiliarySupervised({ model, optimizer, weight: 0.3 }),
  augment: compose(randomCrop(32, { padding: 4 }), horizontalFlip({ p: 0.5 }), resize([64, 64])),
  prepare: resize([64, 64]),
  normalize: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  input: [3, 64],
})
