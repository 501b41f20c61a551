// Three convolutions for digits, with whole numbers as labels.
import { adam, convolution, dense, flatten, lambda, maxPooling, sequential, warmupCosine, type Tensor } from '@portolan/core'
import { randomAffine } from '@portolan/data/node'
import { classify, digitData, runOptions } from '@portolan/example-vision-kit'

const options = runOptions({
  description: 'Conv 32 → pool → Conv 64 → pool → Conv 64 → Dense 64 → Dense 10 on handwritten digits: trains, judges, exports.',
  name: 'mnist-cnn-3conv',
  real: 'MNIST',
  batchSize: 64,
  epochs: [3, 15],
})
const relu = lambda((x: Tensor) => x.relu())
await classify(options, {
  images: await digitData(options),
  // [n, 1, 28, 28] → 32 × 13 × 13 → 64 × 5 × 5 → 64 × 3 × 3 → 576 → 64 → 10
  model: classes =>
    sequential(
      [1, 28, 28],
      [
        convolution(32, 3),
        relu,
        maxPooling(2),
        convolution(64, 3),
        relu,
        maxPooling(2),
        convolution(64, 3),
        relu,
        flatten(),
        dense(64),
        relu,
        dense(classes),
      ],
    ),
  optimizer: steps => adam(2e-3, { schedule: warmupCosine(steps / 20, steps) }),
  // digits a little turned, moved and enlarged, so that the network cannot learn them by heart
  augment: randomAffine({ rotate: 10, shift: 0.08, zoom: [0.9, 1.1], shear: 5 }),
  input: [1, 28],
})
