import {
  adaptiveAvgPool,
  BasicConv2d,
  Conv2d,
  Dropout,
  Inception,
  Linear,
  maxPool2d,
  Module,
  truncatedNormal,
  type Layer,
  type Tensor,
} from '@portolan/core'
import type { WithAuxiliaries } from './auxiliary.ts'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { initialize } from './initialize.ts'
import { symmetric } from './preprocessing.ts'

/** Options of `GoogLeNet`. */
export interface GoogLeNetOptions extends ClassifierOptions {
  /** Whether there are the two heads that help to train it; default true, and never without top. */
  auxiliary?: boolean
  /** Before the last layer, 0 ≤ p < 1; default 0.2. */
  dropout?: number
  /** In the auxiliary heads, 0 ≤ p < 1; default 0.7. */
  auxiliaryDropout?: number
}

/** A head on features in the middle. x: [n, c, h, w] → [n, classes] */
class InceptionAux extends Module {
  readonly conv: BasicConv2d
  readonly fc1: Linear
  readonly fc2: Linear
  readonly dropout: Dropout
  constructor(inChannels: number, classes: number, w: (channels: number) => number, dropout: number) {
    super()
    this.conv = new BasicConv2d(inChannels, w(128), 1)
    this.fc1 = new Linear(w(128) * 16, w(1024))
    this.fc2 = new Linear(w(1024), classes)
    this.dropout = new Dropout(dropout)
  }
  forward(x: Tensor): Tensor {
    const h = this.conv.forward(adaptiveAvgPool(x, 4)).flatten(1)
    return this.fc2.forward(this.dropout.forward(this.fc1.forward(h).relu()))
  }
}

/** Channels of the nine modules, table 1 of the paper: 1 × 1, 3 × 3 (before, after), 5 × 5 (before, after), pooling. */
const modules = {
  inception3a: [64, 96, 128, 16, 32, 32],
  inception3b: [128, 128, 192, 32, 96, 64],
  inception4a: [192, 96, 208, 16, 48, 64],
  inception4b: [160, 112, 224, 24, 64, 64],
  inception4c: [128, 128, 256, 24, 64, 64],
  inception4d: [112, 144, 288, 32, 64, 64],
  inception4e: [256, 160, 320, 32, 128, 128],
  inception5a: [256, 160, 320, 32, 128, 128],
  inception5b: [384, 192, 384, 48, 128, 128],
} as const satisfies Record<string, readonly [number, number, number, number, number, number]>

/**
 * GoogLeNet: nine inception modules, and two auxiliary heads while it trains.
 *
 * x: [n, 3, h, w], 224 in the paper → [n, numClasses]; without top [n, 1024, ⌈h / 32⌉, ⌈w / 32⌉]. 13,004,888 parameters with its
 * auxiliary heads, torchvision's `googlenet`, whose batch norms the paper had not and whose windows of 5 × 5 are in truth 3 × 3.
 * Szegedy et al., "Going Deeper with Convolutions", 2014.
 * @example
 * const model = new GoogLeNet({ numClasses: 10 })
 * const { logits, auxiliaries } = model.forwardAll(image)
 */
export class GoogLeNet extends Classifier implements WithAuxiliaries {
  readonly preprocessing = symmetric(256, 224)
  readonly featureChannels: number
  readonly top = ['fc', 'aux1', 'aux2']
  readonly classLayers = ['fc', 'aux1.fc2', 'aux2.fc2']
  readonly stages = [['conv1', 'conv2', 'conv3'], /^inception3/, [/^inception4/, 'aux1', 'aux2'], /^inception5/, 'fc']
  readonly conv1: BasicConv2d
  readonly conv2: BasicConv2d
  readonly conv3: BasicConv2d
  readonly inception3a: Inception
  readonly inception3b: Inception
  readonly inception4a: Inception
  readonly inception4b: Inception
  readonly inception4c: Inception
  readonly inception4d: Inception
  readonly inception4e: Inception
  readonly inception5a: Inception
  readonly inception5b: Inception
  readonly aux1: InceptionAux | undefined
  readonly aux2: InceptionAux | undefined
  readonly dropout: Dropout
  readonly fc: Linear | undefined
  constructor({ numClasses, includeTop = true, width, auxiliary = true, dropout = 0.2, auxiliaryDropout = 0.7 }: GoogLeNetOptions = {}) {
    super(numClasses, includeTop)
    const w = widths(width)
    this.conv1 = new BasicConv2d(3, w(64), 7, { stride: 2, padding: 3 })
    this.conv2 = new BasicConv2d(w(64), w(64), 1)
    this.conv3 = new BasicConv2d(w(64), w(192), 3, { padding: 1 })
    let channels = w(192)
    const next = (name: keyof typeof modules): Inception => {
      const [one, before3, three, before5, five, pool] = modules[name].map(w) as [number, number, number, number, number, number]
      const from = channels
      channels = one + three + five + pool
      return new Inception(from, { one, three: [before3, three], five: [before5, five], pool, fiveKernel: 3 })
    }
    this.inception3a = next('inception3a')
    this.inception3b = next('inception3b')
    this.inception4a = next('inception4a')
    const after4a = channels
    this.inception4b = next('inception4b')
    this.inception4c = next('inception4c')
    this.inception4d = next('inception4d')
    const after4d = channels
    this.inception4e = next('inception4e')
    this.inception5a = next('inception5a')
    this.inception5b = next('inception5b')
    this.featureChannels = channels
    this.dropout = new Dropout(dropout)
    if (includeTop) {
      this.fc = new Linear(channels, this.numClasses)
      if (auxiliary) {
        this.aux1 = new InceptionAux(after4a, this.numClasses, w, auxiliaryDropout)
        this.aux2 = new InceptionAux(after4d, this.numClasses, w, auxiliaryDropout)
      }
    }
    for (const kind of [Conv2d, Linear]) initialize(this, kind, truncatedNormal(0.01))
  }

  forwardFeatures(x: Tensor): Tensor {
    return this.#run(x).features
  }
  forwardHead(features: Tensor): Tensor {
    return this.fc!.forward(this.dropout.forward(features.mean([2, 3])))
  }
  forwardAll(x: Tensor): { logits: Tensor; auxiliaries: Tensor[] } {
    const { features, after4a, after4d } = this.#run(x)
    const auxiliaries = [this.aux1?.forward(after4a), this.aux2?.forward(after4d)].filter(t => t !== undefined)
    return { logits: this.forwardHead(features), auxiliaries }
  }

  #run(x: Tensor): { features: Tensor; after4a: Tensor; after4d: Tensor } {
    const halved = (h: Tensor): Tensor => maxPool2d(h, 3, { stride: 2, ceilMode: true })
    const through = (h: Tensor, ...layers: Layer[]): Tensor => layers.reduce((h, layer) => layer.forward(h), h)
    const seen = halved(through(halved(this.conv1.forward(x)), this.conv2, this.conv3))
    const after4a = this.inception4a.forward(halved(through(seen, this.inception3a, this.inception3b)))
    const after4d = through(after4a, this.inception4b, this.inception4c, this.inception4d)
    const after4 = maxPool2d(this.inception4e.forward(after4d), 2, { ceilMode: true })
    return { features: through(after4, this.inception5a, this.inception5b), after4a, after4d }
  }
}
