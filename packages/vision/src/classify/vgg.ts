import {
  adaptiveAvgPool,
  BatchNorm2d,
  constant,
  Conv2d,
  Dropout,
  heNormal,
  Linear,
  MaxPool2d,
  normal,
  param,
  RangeError,
  ReLU,
  Sequential,
  type Layer,
  type Tensor,
} from '@portolan/core'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { imageNet } from './preprocessing.ts'

/** How many layers with weights a VGG has. */
export type VGGDepth = 11 | 13 | 16 | 19

/** Options of `VGG`. */
export interface VGGOptions extends ClassifierOptions {
  /** Whether a batch norm follows each convolution: torchvision's `vgg16_bn`; default false. */
  batchNorm?: boolean
  /** Behind the first two linear layers, 0 ≤ p < 1; default 0.5. */
  dropout?: number
}

/** How many convolutions of 64, 128, 256, 512 and 512 channels there are: table 1 of the paper, columns A, B, D, E. */
const convolutions: Readonly<Record<VGGDepth, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
}

/** torchvision's start: normal weights, biases of nothing. */
const conv = (inChannels: number, outChannels: number): Conv2d => {
  const layer = new Conv2d(inChannels, outChannels, 3, { padding: 1, init: heNormal({ mode: 'out' }) })
  layer.bias!.value = param([outChannels], constant(0)).value
  return layer
}
const linear = (inFeatures: number, outFeatures: number): Linear => {
  const layer = new Linear(inFeatures, outFeatures, { init: normal(0.01) })
  layer.bias!.value = param([outFeatures], constant(0)).value
  return layer
}

/**
 * VGG: only convolutions of 3 × 3, deep, and three linear layers.
 *
 * x: [n, 3, h, w], h and w from 32 on, 224 in the paper → [n, numClasses]; without top [n, 512, ⌊h / 32⌋, ⌊w / 32⌋].
 * 138,357,544 parameters at depth 16, torchvision's `vgg16`.
 * Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
 * @throws RangeError for another depth.
 * @example
 * const backbone = new VGG(16, { includeTop: false })
 */
export class VGG extends Classifier {
  readonly preprocessing = imageNet
  readonly featureChannels: number
  readonly top = ['classifier']
  readonly classLayers = ['classifier.6']
  readonly stages: readonly (readonly string[])[]
  readonly features: Sequential
  readonly classifier: Sequential | undefined
  constructor(depth: VGGDepth, { numClasses, includeTop = true, width, batchNorm = false, dropout = 0.5 }: VGGOptions = {}) {
    super(numClasses, includeTop)
    const counts = convolutions[depth]
    if (!counts) throw new RangeError(`VGG: depth must be 11, 13, 16 or 19, got ${String(depth)}`)
    const w = widths(width)
    const layers: Layer[] = []
    const stages: string[][] = []
    let channels = 3
    for (const [i, count] of counts.entries()) {
      const from = layers.length
      for (let k = 0; k < count; k++) {
        const out = w(Math.min(512, 64 * 2 ** i))
        layers.push(conv(channels, out), ...(batchNorm ? [new BatchNorm2d(out)] : []), new ReLU())
        channels = out
      }
      layers.push(new MaxPool2d(2))
      stages.push(layers.slice(from).map((_, k) => `features.${from + k}`))
    }
    this.featureChannels = channels
    this.stages = [...stages, ['classifier']]
    this.features = new Sequential(layers)
    if (includeTop)
      this.classifier = new Sequential([
        linear(channels * 49, w(4096)),
        new ReLU(),
        new Dropout(dropout),
        linear(w(4096), w(4096)),
        new ReLU(),
        new Dropout(dropout),
        linear(w(4096), this.numClasses),
      ])
  }
  forwardFeatures(x: Tensor): Tensor {
    return this.features.forward(x)
  }
  forwardHead(features: Tensor): Tensor {
    return this.classifier!.forward(adaptiveAvgPool(features, 7).flatten(1))
  }
}
