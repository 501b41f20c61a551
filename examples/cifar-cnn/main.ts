// Three convolutions and two linear layers for CIFAR-10; a tenth of the training pictures validates, 5 × 5 test pictures are shown.
import { adam, convolution, dense, flatten, lambda, maxPooling, sequential, warmupCosine, type Tensor } from '@portolan/core'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'

const options = runOptions({
  description: 'Conv 32 → pool → Conv 64 → pool → Conv 64 → Dense 64 → Dense 10 on small photos: trains, judges, exports.',
  name: 'cifar-cnn',
  real: 'CIFAR-10',
  batchSize: 32,
  epochs: [12, 10],
})
const relu = lambda((x: Tensor) => x.relu())
await classify(options, {
  images: await cifarData(options),
  // [n, 3, 32, 32] → 32 × 15 × 15 → 64 × 6 × 6 → 64 × 4 × 4 → 1024 → 64 → 10
  model: classes =>
    sequential(
      [3, 32, 32],
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
  optimizer: steps => adam(1e-3, { schedule: warmupCosine(steps / 20, steps) }),
  input: [3, 32],
})
