import {
  concat,
  constant,
  Conv2d,
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  Module,
  MultiHeadAttention,
  normal,
  param,
  RangeError,
  Sequential,
  ShapeError,
  truncatedNormal,
  xavierUniform,
  type Param,
  type Tensor,
} from '@portolan/core'
import { Classifier, type ClassifierOptions } from './classifier.ts'
import { imageNet } from './preprocessing.ts'

/** The published sizes, with the edge of a patch. */
export type VisionTransformerSize = 'b_16' | 'b_32' | 'l_16' | 'l_32' | 'h_14'

interface Dimensions {
  /** Side of a patch, in pixels. */
  patchSize: number
  layers: number
  heads: number
  /** Channels of a patch. */
  dim: number
  /** Channels between the two linear layers of a block. */
  mlpDim: number
}

/** Options of `VisionTransformer`. */
export interface VisionTransformerOptions extends Omit<ClassifierOptions, 'width'>, Partial<Dimensions> {
  /** Side of the pictures, a multiple of the patch; default 224. */
  imageSize?: number
  /** 0 ≤ p < 1; default 0. */
  dropout?: number
  /** Of the weights of attention, 0 ≤ p < 1; default 0. */
  attentionDropout?: number
}

/** Table 1 of the paper. */
const sizes: Readonly<Record<VisionTransformerSize, Dimensions>> = {
  b_16: { patchSize: 16, layers: 12, heads: 12, dim: 768, mlpDim: 3072 },
  b_32: { patchSize: 32, layers: 12, heads: 12, dim: 768, mlpDim: 3072 },
  l_16: { patchSize: 16, layers: 24, heads: 16, dim: 1024, mlpDim: 4096 },
  l_32: { patchSize: 32, layers: 24, heads: 16, dim: 1024, mlpDim: 4096 },
  h_14: { patchSize: 14, layers: 32, heads: 16, dim: 1280, mlpDim: 5120 },
}

const mlpLinear = (from: number, to: number): Linear => {
  const layer = new Linear(from, to, { init: xavierUniform() })
  layer.bias!.value = param([to], normal(1e-6)).value
  return layer
}

/** A Transformer layer whose norms come first, under torchvision's names. x: [n, t, dim] → same */
class EncoderBlock extends Module {
  readonly ln_1: LayerNorm
  readonly self_attention: MultiHeadAttention
  readonly dropout: Dropout
  readonly ln_2: LayerNorm
  readonly mlp: Sequential
  constructor({ heads, dim, mlpDim }: Dimensions, dropout: number, attentionDropout: number) {
    super()
    this.ln_1 = new LayerNorm(dim, { epsilon: 1e-6 })
    this.self_attention = new MultiHeadAttention(dim, heads, { dropout: attentionDropout })
    this.dropout = new Dropout(dropout)
    this.ln_2 = new LayerNorm(dim, { epsilon: 1e-6 })
    this.mlp = new Sequential([mlpLinear(dim, mlpDim), new GELU(), new Dropout(dropout), mlpLinear(mlpDim, dim), new Dropout(dropout)])
  }
  forward(x: Tensor): Tensor {
    const attended = x.add(this.dropout.forward(this.self_attention.forward(this.ln_1.forward(x))))
    return attended.add(this.mlp.forward(this.ln_2.forward(attended)))
  }
}

class Encoder extends Module {
  readonly posEmbedding: Param
  readonly dropout: Dropout
  readonly layers: Readonly<Record<string, EncoderBlock>>
  readonly ln: LayerNorm
  constructor(places: number, dimensions: Dimensions, dropout: number, attentionDropout: number) {
    super()
    this.posEmbedding = param([1, places, dimensions.dim], normal(0.02))
    this.dropout = new Dropout(dropout)
    const block = (_: unknown, i: number) => [`encoder_layer_${i}`, new EncoderBlock(dimensions, dropout, attentionDropout)] as const
    this.layers = Object.fromEntries(Array.from({ length: dimensions.layers }, block))
    this.ln = new LayerNorm(dimensions.dim, { epsilon: 1e-6 })
  }
  forward(x: Tensor): Tensor {
    const placed = this.dropout.forward(x.add(this.posEmbedding.value))
    return this.ln.forward(Object.values(this.layers).reduce((h, block) => block.forward(h), placed))
  }
}

/**
 * A Vision Transformer: the picture as a sequence of patches behind a class token, whose last state is classified.
 *
 * x: [n, 3, imageSize, imageSize] → [n, numClasses]; without top every last state [n, 1 + patches, dim]. 86,567,656 parameters
 * for 'b_16', torchvision's `vit_b_16`.
 * Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2020.
 * @throws RangeError for another size, or if a picture does not divide into patches.
 * @example
 * const small = new VisionTransformer('b_16', { imageSize: 32, patchSize: 4, layers: 6, heads: 4, dim: 128, mlpDim: 256, numClasses: 10 })
 */
export class VisionTransformer extends Classifier {
  readonly preprocessing: typeof imageNet
  readonly featureChannels: number
  readonly top = ['heads']
  readonly classLayers = ['heads.head']
  readonly stages: readonly (string | readonly string[])[]
  readonly convProj: Conv2d
  readonly classToken: Param
  readonly encoder: Encoder
  readonly heads: { readonly head: Linear } | undefined
  readonly #imageSize: number
  constructor(size: VisionTransformerSize, options: VisionTransformerOptions = {}) {
    const { numClasses, includeTop = true, imageSize = 224, dropout = 0, attentionDropout = 0, ...dimensions } = options
    super(numClasses, includeTop)
    if (!sizes[size]) throw new RangeError(`VisionTransformer: size must be one of ${Object.keys(sizes).join(', ')}, got ${size}`)
    const all: Dimensions = { ...sizes[size], ...dimensions }
    const { patchSize, dim, layers } = all
    if (imageSize % patchSize)
      throw new RangeError(`VisionTransformer: imageSize must be a multiple of patchSize ${patchSize}, got ${imageSize}`)
    this.#imageSize = imageSize
    this.preprocessing = { ...imageNet, resize: Math.round((imageSize * 256) / 224), crop: imageSize }
    this.featureChannels = dim
    const init = truncatedNormal(1 / Math.sqrt(3 * patchSize ** 2)) // of what goes into one output
    this.convProj = new Conv2d(3, dim, patchSize, { stride: patchSize, init })
    this.convProj.bias!.value = param([dim], constant(0)).value
    this.classToken = param([1, 1, dim], constant(0))
    this.encoder = new Encoder((imageSize / patchSize) ** 2 + 1, all, dropout, attentionDropout)
    if (includeTop) this.heads = { head: new Linear(dim, this.numClasses, { init: constant(0) }) }
    this.stages = [
      ['conv_proj', 'class_token', 'encoder.pos_embedding'],
      ...Array.from({ length: layers }, (_, i) => `encoder.layers.encoder_layer_${i}`),
      ['encoder.ln', 'heads'],
    ]
  }
  forwardFeatures(x: Tensor): Tensor {
    const side = this.#imageSize
    if (x.shape.length !== 4 || x.shape[2] !== side || x.shape[3] !== side)
      throw new ShapeError(`VisionTransformer: the input must be [n, 3, ${side}, ${side}], got [${x.shape}]. Resize it, or pass imageSize.`)
    const patches = this.convProj.forward(x).flatten(2).transpose([0, 2, 1]) // [n, patches, dim]
    const token = this.classToken.value.broadcastTo([x.shape[0]!, 1, this.featureChannels])
    return this.encoder.forward(concat([token, patches], 1))
  }
  forwardHead(features: Tensor): Tensor {
    return this.heads!.head.forward(features.slice(1, 0, 1).squeeze(1))
  }
}
