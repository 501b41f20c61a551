// A residual network for small photos that learns them in few epochs: one cycle of the learning rate, smoothed labels, crops and flips.
import { accuracy, crossEntropy, oneCycle, sgd, supervised } from '@portolan/core'
import { compose, horizontalFlip, randomCrop } from '@portolan/data/node'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'
import { CifarResNet } from '@portolan/vision'
import { ResNet9 } from './model.ts'

const options = runOptions({
  description: 'A residual network of nine layers on small photos: trains with crops and flips, judges, exports.',
  name: 'resnet',
  real: 'CIFAR-10',
  batchSize: 128,
  epochs: [4, 18],
})
const { preprocessing } = new CifarResNet(8)
await classify(options, {
  images: await cifarData(options),
  model: numClasses => new ResNet9({ numClasses, width: options.data === 'real' ? 32 : 8 }),
  optimizer: steps => sgd(0.15, { momentum: 0.9, nesterov: true, weightDecay: 5e-4, schedule: oneCycle(steps, { rising: 0.25 }) }),
  step: (model, optimizer) =>
    supervised({
      model,
      loss: (scores, label) => crossEntropy(scores, label, { labelSmoothing: 0.1 }),
      optimizer,
      metrics: { accuracy },
      input: 'image',
      target: 'label',
    }),
  augment: compose(randomCrop(32, { padding: 4, fill: 'reflect' }), horizontalFlip({ p: 0.5 })),
  normalize: preprocessing,
  mirrored: true,
  input: [3, 32],
})
