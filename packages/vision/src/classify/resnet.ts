import {
  BasicBlock,
  BatchNorm2d,
  Bottleneck,
  Conv2d,
  heNormal,
  Linear,
  MaxPool2d,
  RangeError,
  Sequential,
  type Tensor,
} from '@portolan/core'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { initialize } from './initialize.ts'
import { imageNet } from './preprocessing.ts'

/** How many layers with weights a ResNet has. */
export type ResNetDepth = 18 | 34 | 50 | 101 | 152

/** Blocks of each stage: table 1 of the paper. */
const blocks: Readonly<Record<ResNetDepth, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
}

/**
 * A residual network: blocks of two convolutions (18, 34) or three (50, 101, 152), each beside a shortcut.
 *
 * x: [n, 3, h, w], 224 in the paper → [n, numClasses]; without top [n, 512 or 2048, ⌈h / 32⌉, ⌈w / 32⌉]. 25,557,032 parameters at
 * depth 50, torchvision's `resnet50`.
 * He et al., "Deep Residual Learning for Image Recognition", 2015.
 * @throws RangeError for another depth.
 * @example
 * const model = new ResNet(50, { numClasses: 10 })
 */
export class ResNet extends Classifier {
  readonly preprocessing = imageNet
  readonly featureChannels: number
  readonly top = ['fc']
  readonly classLayers = ['fc']
  readonly stages = [['conv1', 'bn1'], 'layer1', 'layer2', 'layer3', 'layer4', 'fc']
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 })
  readonly layer1: Sequential
  readonly layer2: Sequential
  readonly layer3: Sequential
  readonly layer4: Sequential
  readonly fc: Linear | undefined
  constructor(depth: ResNetDepth, { numClasses, includeTop = true, width }: ClassifierOptions = {}) {
    super(numClasses, includeTop)
    const counts = blocks[depth]
    if (!counts) throw new RangeError(`ResNet: depth must be 18, 34, 50, 101 or 152, got ${String(depth)}`)
    const base = widths(width)(64)
    const [Block, expansion] = depth < 50 ? [BasicBlock, 1] : [Bottleneck, 4]
    let channels = base
    const stage = (i: number): Sequential =>
      new Sequential(
        Array.from({ length: counts[i]! }, (_, k) => {
          const from = channels
          channels = base * 2 ** i * expansion
          return new Block(from, channels, { stride: i && !k ? 2 : 1 })
        }),
      )
    this.conv1 = new Conv2d(3, base, 7, { stride: 2, padding: 3, bias: false })
    this.bn1 = new BatchNorm2d(base)
    this.layer1 = stage(0)
    this.layer2 = stage(1)
    this.layer3 = stage(2)
    this.layer4 = stage(3)
    initialize(this, Conv2d, heNormal({ mode: 'out' }))
    this.featureChannels = channels
    if (includeTop) this.fc = new Linear(channels, this.numClasses)
  }
  forwardFeatures(x: Tensor): Tensor {
    const h = this.maxpool.forward(this.bn1.forward(this.conv1.forward(x)).relu())
    return [this.layer1, this.layer2, this.layer3, this.layer4].reduce((h, stage) => stage.forward(h), h)
  }
  forwardHead(features: Tensor): Tensor {
    return this.fc!.forward(features.mean([2, 3]))
  }
}
