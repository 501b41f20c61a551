import { Conv2d, Linear, maxPool2d, Module, type Tensor } from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

export interface CnnSizes {
  n: number
  /** Height and width of an image. */
  size: number
  /** Channels of an image and behind each convolution. */
  channels: number[]
  hidden: number
}

/** What a 3 × 3 convolution and a pooling of 2 leave of an image. */
const pooled = (size: number): number => (size - 2) >> 1

class MnistCnn extends Module {
  conv1: Conv2d
  conv2: Conv2d
  fc1: Linear
  fc2: Linear
  constructor({ size, channels: [c, a, b], hidden }: CnnSizes) {
    super()
    this.conv1 = new Conv2d(c!, a!, 3)
    this.conv2 = new Conv2d(a!, b!, 3)
    this.fc1 = new Linear(b! * pooled(pooled(size)) ** 2, hidden)
    this.fc2 = new Linear(hidden, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 1, 28, 28]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 32, 13, 13]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 64, 5, 5]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu())
  }
}

class CifarCnn extends Module {
  conv1: Conv2d
  conv2: Conv2d
  conv3: Conv2d
  fc1: Linear
  fc2: Linear
  constructor({ size, channels: [c, a, b, d], hidden }: CnnSizes) {
    super()
    this.conv1 = new Conv2d(c!, a!, 3)
    this.conv2 = new Conv2d(a!, b!, 3)
    this.conv3 = new Conv2d(b!, d!, 3)
    this.fc1 = new Linear(d! * (pooled(pooled(size)) - 2) ** 2, hidden)
    this.fc2 = new Linear(hidden, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 3, 32, 32]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 32, 15, 15]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 64, 6, 6]
    x = this.conv3.forward(x).relu() // [n, 64, 4, 4]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu())
  }
}

const images = ({ n, size, channels }: CnnSizes) => ({ shape: [n, channels[0]!, size, size] })
const labels = ({ n }: CnnSizes) => ({ shape: [n], below: 10 })

export const cnn: Benchmark<CnnSizes> = {
  title: 'MNIST CNN, batch 128',
  full: { n: 128, size: 28, channels: [1, 32, 64], hidden: 128 },
  at: sizes => classifier(images(sizes), labels(sizes), () => new MnistCnn(sizes)),
}

export const cifar: Benchmark<CnnSizes> = {
  title: 'CIFAR CNN, batch 64',
  full: { n: 64, size: 32, channels: [3, 32, 64, 64], hidden: 64 },
  at: sizes => classifier(images(sizes), labels(sizes), () => new CifarCnn(sizes)),
}
