import type { Tensor } from '../tensor/tensor.ts'
import { BatchNorm2d } from './batch-norm.ts'
import { Conv2d, type Conv2dOptions } from './conv-layers.ts'
import { Module } from './module.ts'
import type { Sides } from './windows.ts'

/**
 * A convolution without bias, batch norm (ε = 0.001) and ReLU: relu(bn(conv(x))).
 *
 * x: [n, in, h, w] → [n, out, h′, w′]. Options are those of the convolution. Parameters: conv, bn.
 * Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015. PyTorch: - (torchvision's BasicConv2d); Keras: -.
 * @example
 * new BasicConv2d(3, 32, 3, { stride: 2 }).forward(zeros([1, 3, 299, 299]))   // [1, 32, 149, 149]
 */
export class BasicConv2d extends Module {
  readonly conv: Conv2d
  readonly bn: BatchNorm2d
  constructor(inChannels: number, outChannels: number, kernel: Sides<2>, options: Omit<Conv2dOptions, 'bias'> = {}) {
    super()
    this.conv = new Conv2d(inChannels, outChannels, kernel, { ...options, bias: false })
    this.bn = new BatchNorm2d(outChannels, { epsilon: 1e-3 })
  }
  /** x: [n, in, h, w] → [n, out, h′, w′] */
  forward(x: Tensor): Tensor {
    return this.bn.forward(this.conv.forward(x)).relu()
  }
}
