import { BasicBlock, BatchNorm2d, Conv2d, Linear, maxPool2d, Module, type Tensor } from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

interface Resnet8Sizes {
  n: number
  size: number
  widths: number[]
}

class ResNet8 extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  blocks: BasicBlock[]
  fc: Linear
  constructor(widths: number[]) {
    super()
    const [a, b, c] = widths as [number, number, number]
    this.conv1 = new Conv2d(3, a, 3, { padding: 1, bias: false })
    this.bn1 = new BatchNorm2d(a)
    this.blocks = [new BasicBlock(a, a), new BasicBlock(a, b, { stride: 2 }), new BasicBlock(b, c, { stride: 2 })]
    this.fc = new Linear(c, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 3, 32, 32]
    x = this.bn1.forward(this.conv1.forward(x)).relu()
    for (const block of this.blocks) x = block.forward(x)
    return this.fc.forward(x.mean([2, 3]))
  }
}

export const resnet: Benchmark<Resnet8Sizes> = {
  title: 'ResNet-8, batch 64',
  full: { n: 64, size: 32, widths: [16, 32, 64] },
  at: ({ n, size, widths }) => classifier({ shape: [n, 3, size, size] }, { shape: [n], below: 10 }, () => new ResNet8(widths)),
}

interface Resnet18Sizes {
  n: number
  size: number
  width: number
  classes: number
}

/** torchvision's, with its names. */
class ResNet18 extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  layer1: BasicBlock[]
  layer2: BasicBlock[]
  layer3: BasicBlock[]
  layer4: BasicBlock[]
  fc: Linear
  constructor(width: number, classes: number) {
    super()
    const layer = (from: number, to: number, stride = 2) => [new BasicBlock(from, to, { stride }), new BasicBlock(to, to)]
    this.conv1 = new Conv2d(3, width, 7, { stride: 2, padding: 3, bias: false })
    this.bn1 = new BatchNorm2d(width)
    this.layer1 = layer(width, width, 1)
    this.layer2 = layer(width, 2 * width)
    this.layer3 = layer(2 * width, 4 * width)
    this.layer4 = layer(4 * width, 8 * width)
    this.fc = new Linear(8 * width, classes)
  }
  forward(x: Tensor): Tensor {
    // [n, 3, 64, 64]
    x = this.bn1.forward(this.conv1.forward(x)).relu() // [n, 64, 32, 32]
    x = maxPool2d(x, 3, { stride: 2, padding: 1 }) // [n, 64, 16, 16]
    for (const block of [this.layer1, this.layer2, this.layer3, this.layer4].flat()) x = block.forward(x) // [n, 512, 2, 2]
    return this.fc.forward(x.mean([2, 3]))
  }
}

export const resnet18: Benchmark<Resnet18Sizes> = {
  title: 'ResNet-18, 64×64, batch 32',
  full: { n: 32, size: 64, width: 64, classes: 200 },
  at: ({ n, size, width, classes }) =>
    classifier({ shape: [n, 3, size, size] }, { shape: [n], below: classes }, () => new ResNet18(width, classes)),
}
