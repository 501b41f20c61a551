import type { Tensor } from '../tensor/tensor.ts'
import { ReLU6 } from './activation-layers.ts'
import { BatchNorm2d } from './batch-norm.ts'
import { Conv2d } from './conv-layers.ts'
import { Module } from './module.ts'
import { Sequential } from './sequential.ts'

/** Options of `InvertedResidual`. */
export interface InvertedResidualOptions {
  /** Of the depthwise convolution; default 1. */
  stride?: number
  /** How many times as wide it is inside; default 6. */
  expand?: number
}

/**
 * A depthwise 3 × 3 convolution in a wide space between narrow ends, beside a shortcut where the ends fit:
 * x + bn(conv₁ₓ₁(relu6(bn(depthwise(relu6(bn(conv₁ₓ₁(x)))))))).
 *
 * x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉]. Parameters: conv.0.0, conv.0.1, conv.1.0, conv.1.1, conv.2, conv.3;
 * with expand 1: conv.0.0, conv.0.1, conv.1, conv.2.
 * Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018. PyTorch: - (torchvision's InvertedResidual); Keras: -.
 * @example
 * new InvertedResidual(32, 64, { stride: 2 }).forward(x)
 */
export class InvertedResidual extends Module {
  readonly conv: Sequential
  readonly #shortcut: boolean
  constructor(inChannels: number, outChannels: number, { stride = 1, expand = 6 }: InvertedResidualOptions = {}) {
    super()
    const wide = Math.round(inChannels * expand)
    const widen = new Sequential([new Conv2d(inChannels, wide, 1, { bias: false }), new BatchNorm2d(wide), new ReLU6()])
    const depthwise = new Sequential([
      new Conv2d(wide, wide, 3, { stride, padding: 1, groups: wide, bias: false }),
      new BatchNorm2d(wide),
      new ReLU6(),
    ])
    const narrow = [new Conv2d(wide, outChannels, 1, { bias: false }), new BatchNorm2d(outChannels)]
    this.conv = new Sequential([...(expand === 1 ? [] : [widen]), depthwise, ...narrow])
    this.#shortcut = stride === 1 && inChannels === outChannels
  }
  /** x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉] */
  forward(x: Tensor): Tensor {
    const y = this.conv.forward(x)
    return this.#shortcut ? x.add(y) : y
  }
}
