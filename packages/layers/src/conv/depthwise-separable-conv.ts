import { Conv1d, Conv2d, Module, type Padding, type Sides, type Tensor } from '@portolan/core'

/** Options of depthwise separable convolutions. */
export interface DepthwiseSeparableConvOptions<N extends 1 | 2> {
  /** Of the depthwise convolution; default 1. */
  stride?: Sides<N>
  /** Of the depthwise convolution; default 0. */
  padding?: Padding<N>
  /** Of the depthwise convolution; default 1. */
  dilation?: Sides<N>
  /** How many channels the depthwise convolution makes of each; default 1. */
  multiplier?: number
  /** Of both; default true. */
  bias?: boolean
}

/**
 * A convolution over sequences in two steps, over places and then over channels: pointwise₁(depthwise(x)).
 *
 * x: [n, in, l] → [n, out, l′]. Parameters: depthwise [in·multiplier, 1, k], pointwise [out, in·multiplier, 1].
 * Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2016. PyTorch: -; Keras: SeparableConv1D.
 * @example
 * new DepthwiseSeparableConv1d(32, 64, 3, { padding: 1 }).forward(zeros([2, 32, 50]))      // [2, 64, 50]
 */
export class DepthwiseSeparableConv1d extends Module {
  readonly depthwise: Conv1d
  readonly pointwise: Conv1d
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: Sides<1>,
    { multiplier = 1, bias = true, ...window }: DepthwiseSeparableConvOptions<1> = {},
  ) {
    super()
    this.depthwise = new Conv1d(inChannels, inChannels * multiplier, kernel, { ...window, bias, groups: inChannels })
    this.pointwise = new Conv1d(inChannels * multiplier, outChannels, 1, { bias })
  }
  /** x: [n, in, l] → [n, out, l′] */
  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x))
  }
}

/**
 * A convolution over images in two steps, over space and then over channels: pointwise₁ₓ₁(depthwise(x)).
 *
 * x: [n, in, h, w] → [n, out, h′, w′]. Parameters: depthwise [in·multiplier, 1, kh, kw], pointwise [out, in·multiplier, 1, 1].
 * Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2016. PyTorch: -; Keras: SeparableConv2D.
 * @example
 * new DepthwiseSeparableConv2d(32, 64, 3, { padding: 1 }).forward(zeros([2, 32, 8, 8]))    // [2, 64, 8, 8]
 */
export class DepthwiseSeparableConv2d extends Module {
  readonly depthwise: Conv2d
  readonly pointwise: Conv2d
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: Sides<2>,
    { multiplier = 1, bias = true, ...window }: DepthwiseSeparableConvOptions<2> = {},
  ) {
    super()
    this.depthwise = new Conv2d(inChannels, inChannels * multiplier, kernel, { ...window, bias, groups: inChannels })
    this.pointwise = new Conv2d(inChannels * multiplier, outChannels, 1, { bias })
  }
  /** x: [n, in, h, w] → [n, out, h′, w′] */
  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x))
  }
}
