import { Module, RangeError, type Filter, type Tensor } from '@portolan/core'
import type { Preprocessing } from './preprocessing.ts'

/** What every classifier takes. */
export interface ClassifierOptions {
  /** Rows of the last layer; default 1000, ImageNet's. */
  numClasses?: number
  /** Whether there is a head; without one `forward` gives the features. Default true. */
  includeTop?: boolean
  /** Factor of every number of channels, rounded up; default 1. A narrow model has torchvision's names, but not its shapes. */
  width?: number
}

/** Makes numbers of channels narrower. @throws RangeError unless the factor is above 0. */
export function widths(factor = 1): (channels: number) => number {
  if (!(factor > 0)) throw new RangeError(`width must be above 0, got ${factor}`)
  return channels => Math.ceil(channels * factor)
}

/** Tells what is in a picture: features of it, and a head on them. */
export abstract class Classifier extends Module {
  /** What is to be done to a picture before. */
  abstract readonly preprocessing: Preprocessing
  /** Channels of the features. */
  abstract readonly featureChannels: number
  /** Paths of what stands on the features: what `includeTop: false` leaves out. */
  abstract readonly top: readonly string[]
  /** Paths of the layers with a row for each class: what a model for other classes has of its own. */
  abstract readonly classLayers: readonly string[]
  /** Parts of the model from the input to the output, for learning rates that differ. */
  abstract readonly stages: readonly Filter[]

  constructor(
    readonly numClasses = 1000,
    readonly includeTop = true,
  ) {
    super()
    if (!(Number.isInteger(numClasses) && numClasses > 0))
      throw new RangeError(`${new.target.name}: numClasses must be a whole number of at least 1, got ${numClasses}`)
  }

  /** x: [n, 3, h, w] → features */
  abstract forwardFeatures(x: Tensor): Tensor
  /** features → class scores [n, numClasses]. There is none with `includeTop: false`. */
  abstract forwardHead(features: Tensor): Tensor

  /** x: [n, c, h, w] → class scores [n, classes], or without its top the features */
  forward(x: Tensor): Tensor {
    const features = this.forwardFeatures(x)
    return this.includeTop ? this.forwardHead(features) : features
  }
}
