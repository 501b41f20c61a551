import { BasicBlock, BatchNorm2d, Conv2d, heNormal, Linear, RangeError, Sequential, type Tensor } from '@portolan/core'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { initialize } from './initialize.ts'
import type { Preprocessing } from './preprocessing.ts'

/** Options of `CifarResNet`. */
export interface CifarResNetOptions extends ClassifierOptions {
  /** How shortcuts fit where shapes change; default 'padding', the paper's for CIFAR. */
  shortcut?: 'projection' | 'padding'
}

/** Mean and deviation of CIFAR-10's training pictures. */
const cifar: Preprocessing = {
  resize: 32,
  crop: 32,
  interpolation: 'bilinear',
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
}

/**
 * A residual network for small pictures: a convolution, three stages of (depth − 2) / 6 blocks with 16, 32 and 64 channels, one linear layer.
 *
 * x: [n, 3, h, w], 32 in the paper → [n, numClasses]; without top [n, 64, ⌈h / 4⌉, ⌈w / 4⌉]. 0.27, 0.46, 0.66 and 0.85 million
 * parameters at depths 20, 32, 44 and 56.
 * He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2.
 * @throws RangeError unless the depth is 6·k + 2.
 * @example
 * const model = new CifarResNet(20, { numClasses: 10 })
 */
export class CifarResNet extends Classifier {
  readonly preprocessing = cifar
  readonly featureChannels: number
  readonly top = ['fc']
  readonly classLayers = ['fc']
  readonly stages = [['conv1', 'bn1'], 'layer1', 'layer2', 'layer3', 'fc']
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly layer1: Sequential
  readonly layer2: Sequential
  readonly layer3: Sequential
  readonly fc: Linear | undefined
  constructor(depth: number, { numClasses = 10, includeTop = true, width, shortcut = 'padding' }: CifarResNetOptions = {}) {
    super(numClasses, includeTop)
    const count = (depth - 2) / 6
    if (!(Number.isInteger(count) && count > 0))
      throw new RangeError(`CifarResNet: depth must be 6·k + 2, such as 20, 32, 44 or 56, got ${depth}`)
    const w = widths(width)
    let channels = w(16)
    const stage = (out: number, stride: number): Sequential =>
      new Sequential(
        Array.from({ length: count }, (_, k) => {
          const from = channels
          channels = out
          return new BasicBlock(from, out, { stride: k ? 1 : stride, shortcut })
        }),
      )
    this.conv1 = new Conv2d(3, channels, 3, { padding: 1, bias: false })
    this.bn1 = new BatchNorm2d(channels)
    this.layer1 = stage(channels, 1)
    this.layer2 = stage(w(32), 2)
    this.layer3 = stage(w(64), 2)
    initialize(this, Conv2d, heNormal())
    this.featureChannels = channels
    if (includeTop) this.fc = new Linear(channels, numClasses)
  }
  forwardFeatures(x: Tensor): Tensor {
    const h = this.bn1.forward(this.conv1.forward(x)).relu()
    return this.layer3.forward(this.layer2.forward(this.layer1.forward(h)))
  }
  forwardHead(features: Tensor): Tensor {
    return this.fc!.forward(features.mean([2, 3]))
  }
}
