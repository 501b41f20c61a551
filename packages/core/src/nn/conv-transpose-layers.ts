import { ConvNd, type ConvWeightOptions } from './conv-nd.ts'
import { convTranspose1d, convTranspose2d, convTranspose3d, type ConvTransposeFunctionOptions } from './conv-transpose.ts'
import type { Sides, Spatial } from './windows.ts'

type TransposedWindow<N extends Spatial> = Omit<ConvTransposeFunctionOptions<N>, 'bias' | 'groups'>
/** Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`. */
export interface ConvTransposeOptions<N extends Spatial> extends TransposedWindow<N>, ConvWeightOptions {}

/**
 * The transpose of a `Conv1d`, which makes sequences longer by putting a window for every number: yₒ = Σ_c x_c ⋆ᵀ weight_c_o + biasₒ.
 *
 * x: [n, in, l] → [n, out, (l − 1)·stride − 2·padding + dilation·(k − 1) + 1 + outputPadding]. Parameters: weight [in, out / groups, k], bias [out].
 * Zeiler et al., "Deconvolutional Networks", 2010. PyTorch: ConvTranspose1d; Keras: Conv1DTranspose.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or nothing is left.
 * @example
 * new ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 }).forward(zeros([2, 16, 50]))   // [2, 8, 100]
 */
export class ConvTranspose1d extends ConvNd<TransposedWindow<1>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<1>, options: ConvTransposeOptions<1> = {}) {
    super(inChannels, outChannels, options, { spatial: 1, kernel, transposed: true, convolve: convTranspose1d })
  }
}

/**
 * The transpose of a `Conv2d`, which makes images larger by putting a window for every number: yₒ = Σ_c x_c ⋆ᵀ weight_c_o + biasₒ.
 *
 * x: [n, in, h, w] → [n, out, (h − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + outputPadding, …]. Parameters: weight [in, out / groups, kh, kw], bias [out].
 * Zeiler et al., "Deconvolutional Networks", 2010. PyTorch: ConvTranspose2d; Keras: Conv2DTranspose.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or nothing is left.
 * @example
 * new ConvTranspose2d(16, 8, 4, { stride: 2, padding: 1 }).forward(zeros([2, 16, 7, 7]))   // [2, 8, 14, 14]
 */
export class ConvTranspose2d extends ConvNd<TransposedWindow<2>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<2>, options: ConvTransposeOptions<2> = {}) {
    super(inChannels, outChannels, options, { spatial: 2, kernel, transposed: true, convolve: convTranspose2d })
  }
}

/**
 * The transpose of a `Conv3d`, which makes volumes larger by putting a window for every number: yₒ = Σ_c x_c ⋆ᵀ weight_c_o + biasₒ.
 *
 * x: [n, in, d, h, w] → [n, out, (d − 1)·stride − 2·padding + dilation·(kd − 1) + 1 + outputPadding, …]. Parameters: weight [in, out / groups, kd, kh, kw], bias [out].
 * Zeiler et al., "Deconvolutional Networks", 2010. PyTorch: ConvTranspose3d; Keras: Conv3DTranspose.
 * @throws ShapeError if channels do not divide into groups or are not those of the input, or nothing is left.
 * @example
 * new ConvTranspose3d(4, 2, 2, { stride: 2 }).forward(zeros([1, 4, 3, 3, 3]))   // [1, 2, 6, 6, 6]
 */
export class ConvTranspose3d extends ConvNd<TransposedWindow<3>> {
  constructor(inChannels: number, outChannels: number, kernel: Sides<3>, options: ConvTransposeOptions<3> = {}) {
    super(inChannels, outChannels, options, { spatial: 3, kernel, transposed: true, convolve: convTranspose3d })
  }
}
