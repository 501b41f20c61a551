// The smallest of the three networks for digits: one convolution, one pooling, two linear layers.
import { adam, convolution, dense, flatten, lambda, maxPooling, sequential, type Tensor } from '@portolan/core'
import { classify, digitData, runOptions } from '@portolan/example-vision-kit'

const options = runOptions({
  description: 'Conv 32 → pool → Dense 128 → Dense 10 on handwritten digits: trains, judges, exports.',
  name: 'mnist-cnn-small',
  real: 'MNIST',
  batchSize: 128,
  epochs: [3, 10],
})
const relu = lambda((x: Tensor) => x.relu())
await classify(options, {
  images: await digitData(options),
  // [n, 1, 28, 28] → 32 × 26 × 26 → 32 × 13 × 13 → 5408 → 128 → 10
  model: classes => sequential([1, 28, 28], [convolution(32, 3), relu, maxPooling(2), flatten(), dense(128), relu, dense(classes)]),
  optimizer: () => adam(1e-3),
  input: [1, 28],
})
