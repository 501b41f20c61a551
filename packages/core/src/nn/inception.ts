import { concat, type Tensor } from '../tensor/tensor.ts'
import { BasicConv2d } from './basic-conv.ts'
import { Module } from './module.ts'
import { MaxPool2d } from './pool-layers.ts'
import { Sequential } from './sequential.ts'

/** Channels of the four branches. */
export interface InceptionWidths {
  /** The 1 × 1 convolution. */
  one: number
  /** Before and after the 3 × 3 convolution. */
  three: readonly [number, number]
  /** Before and after the 5 × 5 convolution. */
  five: readonly [number, number]
  /** After the pooling. */
  pool: number
  /** The window of the branch `five`; default 5. torchvision's GoogLeNet has 3 there. */
  fiveKernel?: number
}

/**
 * Four views side by side: concat(conv₁(x), conv₃(conv₁(x)), conv₅(conv₁(x)), conv₁(maxPool₃(x))).
 *
 * x: [n, in, h, w] → [n, one + three + five + pool, h, w]. Parameters: branch1, branch2.0, branch2.1, branch3.0, branch3.1, branch4.1, each conv and bn.
 * Szegedy et al., "Going Deeper with Convolutions", 2014. PyTorch: - (torchvision's googlenet.Inception); Keras: -.
 * @example
 * new Inception(192, { one: 64, three: [96, 128], five: [16, 32], pool: 32 }).forward(x)   // 256 channels
 */
export class Inception extends Module {
  readonly branch1: BasicConv2d
  readonly branch2: Sequential
  readonly branch3: Sequential
  readonly branch4: Sequential
  constructor(inChannels: number, { one, three, five, pool, fiveKernel = 5 }: InceptionWidths) {
    super()
    this.branch1 = new BasicConv2d(inChannels, one, 1)
    this.branch2 = new Sequential([new BasicConv2d(inChannels, three[0], 1), new BasicConv2d(...three, 3, { padding: 1 })])
    this.branch3 = new Sequential([
      new BasicConv2d(inChannels, five[0], 1),
      new BasicConv2d(...five, fiveKernel, { padding: fiveKernel >> 1 }),
    ])
    this.branch4 = new Sequential([new MaxPool2d(3, { stride: 1, padding: 1 }), new BasicConv2d(inChannels, pool, 1)])
  }
  /** x: [n, in, h, w] → [n, one + three + five + pool, h, w] */
  forward(x: Tensor): Tensor {
    return concat(
      [this.branch1, this.branch2, this.branch3, this.branch4].map(b => b.forward(x)),
      1,
    )
  }
}
