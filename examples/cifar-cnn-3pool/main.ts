// As cifar-cnn, with a third pooling. The text validates with the test set; here a tenth of the training pictures does.
import { adam, convolution, dense, flatten, lambda, maxPooling, sequential, type Tensor } from '@portolan/core'
import { cifarData, classify, runOptions } from '@portolan/example-vision-kit'

const options = runOptions({
  description: 'Conv 32, Conv 64, Conv 64, each with a pooling → Dense 64 → Dense 10 on small photos: trains, judges, exports.',
  name: 'cifar-cnn-3pool',
  real: 'CIFAR-10',
  batchSize: 64,
  epochs: [12, 10],
})
const relu = lambda((x: Tensor) => x.relu())
await classify(options, {
  images: await cifarData(options),
  // [n, 3, 32, 32] → 32 × 15 × 15 → 64 × 6 × 6 → 64 × 2 × 2 → 256 → 64 → 10
  model: classes => {
    const stages = [32, 64, 64].flatMap(channels => [convolution(channels, 3), relu, maxPooling(2)])
    return sequential([3, 32, 32], [...stages, flatten(), dense(64), relu, dense(classes)])
  },
  optimizer: () => adam(1e-3),
  input: [3, 32],
})
