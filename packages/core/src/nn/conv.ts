import type { Tensor } from '../tensor/tensor.ts'
import { windowOf, type PaddingMode, type Spatial, type WindowOptions } from './windows.ts'

/** Options of `conv1d`, `conv2d` and `conv3d`. */
export interface ConvFunctionOptions<N extends Spatial> extends WindowOptions<N> {
  /** Channels are divided into this many parts that do not see each other; default 1. */
  groups?: number
  /** [o] */
  bias?: Tensor | undefined
  /** What the padding is; default 'zeros'. PyTorch's 'replicate' is 'edge', its 'circular' is 'wrap'. */
  paddingMode?: PaddingMode
}

function convolution<N extends Spatial>(
  name: string,
  n: N,
  x: Tensor,
  weight: Tensor,
  { groups = 1, bias, paddingMode = 'zeros', ...options }: ConvFunctionOptions<N>,
): Tensor {
  const window = windowOf(name, n, x.shape, weight.shape.slice(2), options)
  const { pads } = window
  const others: [Tensor, Tensor?] = bias ? [weight, bias] : [weight]
  if (paddingMode === 'zeros' || pads.every(p => p === 0)) return x.op('conv', others, { ...window, groups })
  const padded = x.pad([0, 0, ...pads.slice(0, n)], [0, 0, ...pads.slice(n)], { mode: paddingMode })
  return padded.op('conv', others, { ...window, pads: pads.map(() => 0), groups })
}

/**
 * Cross-correlation of sequences with a bank of windows: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, c, l], weight: [o, c / groups, k] → [n, o, l′] with l′ = ⌊(l + padding − dilation·(k − 1) − 1) / stride⌋ + 1
 * @throws ShapeError if channels or groups do not agree, or the window does not fit.
 * @example
 * conv1d(x, weight, { padding: [2, 0], dilation: 2 })   // kernel 2, causal
 */
export const conv1d = (x: Tensor, weight: Tensor, options: ConvFunctionOptions<1> = {}): Tensor =>
  convolution('conv1d', 1, x, weight, options)

/**
 * Cross-correlation of images with a bank of windows: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, c, h, w], weight: [o, c / groups, kh, kw] → [n, o, h′, w′] with h′ = ⌊(h + padding − dilation·(kh − 1) − 1) / stride⌋ + 1
 * @throws ShapeError if channels or groups do not agree, or the window does not fit.
 * @example
 * conv2d(image, weight, { padding: 1, stride: 2, paddingMode: 'reflect' })
 */
export const conv2d = (x: Tensor, weight: Tensor, options: ConvFunctionOptions<2> = {}): Tensor =>
  convolution('conv2d', 2, x, weight, options)

/**
 * Cross-correlation of volumes with a bank of windows: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, c, d, h, w], weight: [o, c / groups, kd, kh, kw] → [n, o, d′, h′, w′] with d′ = ⌊(d + padding − dilation·(kd − 1) − 1) / stride⌋ + 1
 * @throws ShapeError if channels or groups do not agree, or the window does not fit.
 * @example
 * conv3d(volume, weight, { padding: 'same' })
 */
export const conv3d = (x: Tensor, weight: Tensor, options: ConvFunctionOptions<3> = {}): Tensor =>
  convolution('conv3d', 3, x, weight, options)
