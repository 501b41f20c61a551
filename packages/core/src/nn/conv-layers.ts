import { conv1d, conv2d, conv3d } from './conv.ts'
import { ConvNd, type ConvWeightOptions } from './conv-nd.ts'
import type { PaddingMode, Sides, Spatial, WindowOptions } from './windows.ts'

interface ConvWindow<N extends Spatial> extends WindowOptions<N> {
  /** What the padding is; default 'zeros'. PyTorch's 'replicate' is 'edge', its 'circular' is 'wrap'. */
  paddingMode?: PaddingMode
}
/** Options of `Conv1d`, `Conv2d` and `Conv3d`. */
export interface ConvOptions<N extends Spatial> extends ConvWindow<N>, ConvWeightOptions {}
/** Options of `Conv2d`. */
export type Conv2dOptions = ConvOptions<2>

/**
 * A bank of windows that slides over sequences: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, in, l] → [n, out, l′], l′ = ⌊(l + padding − dilation·(k − 1) − 1)/stride⌋ + 1. Parameters: weight [out, in / groups, k], bias [out].
 * Waibel et al., "Phoneme Recognition Using Time-Delay Neural Networks", 1989. PyTorch: Conv1d; Keras: Conv1D, DepthwiseConv1D.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or the window does not fit.
 * @example
 * new Conv1d(16, 32, 3, { padding: 1 }).forward(zeros([8, 16, 100]))   // [8, 32, 100]
 */
export class Conv1d extends ConvNd<ConvWindow<1>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<1>, options: ConvOptions<1> = {}) {
    super(inChannels, outChannels, options, { spatial: 1, kernel, convolve: conv1d })
  }
}

/**
 * A bank of windows that slides over images: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, in, h, w] → [n, out, h′, w′], h′ = ⌊(h + padding − dilation·(kh − 1) − 1)/stride⌋ + 1. Parameters: weight [out, in / groups, kh, kw], bias [out].
 * LeCun et al., "Backpropagation Applied to Handwritten Zip Code Recognition", 1989. PyTorch: Conv2d; Keras: Conv2D, DepthwiseConv2D.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or the window does not fit.
 * @example
 * new Conv2d(3, 32, 3, { padding: 1 }).forward(zeros([8, 3, 32, 32]))   // [8, 32, 32, 32]
 */
export class Conv2d extends ConvNd<ConvWindow<2>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<2>, options: ConvOptions<2> = {}) {
    super(inChannels, outChannels, options, { spatial: 2, kernel, convolve: conv2d })
  }
}

/**
 * A bank of windows that slides over volumes: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, in, d, h, w] → [n, out, d′, h′, w′], d′ = ⌊(d + padding − dilation·(kd − 1) − 1)/stride⌋ + 1. Parameters: weight [out, in / groups, kd, kh, kw], bias [out].
 * Ji et al., "3D Convolutional Neural Networks for Human Action Recognition", 2010. PyTorch: Conv3d; Keras: Conv3D.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or the window does not fit.
 * @example
 * new Conv3d(1, 8, 3, { padding: 1 }).forward(zeros([2, 1, 8, 16, 16]))   // [2, 8, 8, 16, 16]
 */
export class Conv3d extends ConvNd<ConvWindow<3>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<3>, options: ConvOptions<3> = {}) {
    super(inChannels, outChannels, options, { spatial: 3, kernel, convolve: conv3d })
  }
}
