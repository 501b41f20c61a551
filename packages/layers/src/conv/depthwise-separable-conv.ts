import { Conv2d, Module, type Padding2d, type Pair, type Tensor } from '@portolan/core'

export interface DepthwiseSeparableConvOptions {
  /** Of the depthwise convolution; default 1. */
  stride?: Pair
  /** Of the depthwise convolution; default 0. */
  padding?: Padding2d
  /** Of the depthwise convolution; default 1. */
  dilation?: Pair
  /** How many channels the depthwise convolution makes of each; default 1. */
  multiplier?: number
  /** Of both; default true. */
  bias?: boolean
}

/**
 * A convolution in two steps, over space and then over channels: pointwise₁ₓ₁(depthwise(x)).
 *
 * x: [n, in, h, w] → [n, out, h′, w′]. Parameters: depthwise [in·multiplier, 1, kh, kw], pointwise [out, in·multiplier, 1, 1].
 * Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2016. PyTorch: -; Keras: SeparableConv2D, DepthwiseConv2D.
 * @example
 * new DepthwiseSeparableConv2d(32, 64, 3, { padding: 1 }).forward(x)
 */
export class DepthwiseSeparableConv2d extends Module {
  readonly depthwise: Conv2d
  readonly pointwise: Conv2d
  constructor(inChannels: number, outChannels: number, kernel: Pair, { multiplier = 1, bias = true, ...window }: DepthwiseSeparableConvOptions = {}) {
    super()
    this.depthwise = new Conv2d(inChannels, inChannels * multiplier, kernel, { ...window, bias, groups: inChannels })
    this.pointwise = new Conv2d(inChannels * multiplier, outChannels, 1, { bias })
  }
  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x))
  }
}
