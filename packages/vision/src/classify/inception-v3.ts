import {
  avgPool2d,
  BasicConv2d,
  concat,
  Conv2d,
  Dropout,
  Linear,
  maxPool2d,
  Module,
  truncatedNormal,
  type Conv2dOptions,
  type Layer,
  type Tensor,
} from '@portolan/core'
import type { WithAuxiliaries } from './auxiliary.ts'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { initialize } from './initialize.ts'
import { symmetric } from './preprocessing.ts'

/** Options of `InceptionV3`. */
export interface InceptionV3Options extends ClassifierOptions {
  /** Whether there is the head that helps to train it; default true, and never without top. */
  auxiliary?: boolean
  /** Before the last layer, 0 ≤ p < 1; default 0.5. */
  dropout?: number
}

type Widths = (channels: number) => number

/** A convolution that keeps the size of its input. */
const same = (from: number, to: number, kernel: number | readonly [number, number]): BasicConv2d =>
  new BasicConv2d(from, to, kernel, { padding: typeof kernel === 'number' ? kernel >> 1 : [kernel[0] >> 1, kernel[1] >> 1] })
const halving = (from: number, to: number): BasicConv2d => new BasicConv2d(from, to, 3, { stride: 2 })
const blurred = (x: Tensor): Tensor => avgPool2d(x, 3, { stride: 1, padding: 1 })
const halved = (x: Tensor): Tensor => maxPool2d(x, 3, { stride: 2 })
const through = (x: Tensor, ...layers: Layer[]): Tensor => layers.reduce((h, layer) => layer.forward(h), x)

/** 1 × 1, 5 × 5, twice 3 × 3 and pooling, side by side: figure 5 of the paper. */
class InceptionA extends Module {
  readonly branch1x1: BasicConv2d
  readonly branch5x5_1: BasicConv2d
  readonly branch5x5_2: BasicConv2d
  readonly branch3x3dbl_1: BasicConv2d
  readonly branch3x3dbl_2: BasicConv2d
  readonly branch3x3dbl_3: BasicConv2d
  readonly branch_pool: BasicConv2d
  readonly outChannels: number
  constructor(from: number, pool: number, w: Widths) {
    super()
    this.branch1x1 = same(from, w(64), 1)
    this.branch5x5_1 = same(from, w(48), 1)
    this.branch5x5_2 = same(w(48), w(64), 5)
    this.branch3x3dbl_1 = same(from, w(64), 1)
    this.branch3x3dbl_2 = same(w(64), w(96), 3)
    this.branch3x3dbl_3 = same(w(96), w(96), 3)
    this.branch_pool = same(from, w(pool), 1)
    this.outChannels = 2 * w(64) + w(96) + w(pool)
  }
  forward(x: Tensor): Tensor {
    return concat(
      [
        this.branch1x1.forward(x),
        through(x, this.branch5x5_1, this.branch5x5_2),
        through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3),
        this.branch_pool.forward(blurred(x)),
      ],
      1,
    )
  }
}

/** Half the size, by convolutions and by pooling: figure 10. */
class InceptionB extends Module {
  readonly branch3x3: BasicConv2d
  readonly branch3x3dbl_1: BasicConv2d
  readonly branch3x3dbl_2: BasicConv2d
  readonly branch3x3dbl_3: BasicConv2d
  readonly outChannels: number
  constructor(from: number, w: Widths) {
    super()
    this.branch3x3 = halving(from, w(384))
    this.branch3x3dbl_1 = same(from, w(64), 1)
    this.branch3x3dbl_2 = same(w(64), w(96), 3)
    this.branch3x3dbl_3 = halving(w(96), w(96))
    this.outChannels = w(384) + w(96) + from
  }
  forward(x: Tensor): Tensor {
    return concat([this.branch3x3.forward(x), through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3), halved(x)], 1)
  }
}

/** Windows of 7 × 7, taken apart into 1 × 7 and 7 × 1: figure 6. */
class InceptionC extends Module {
  readonly branch1x1: BasicConv2d
  readonly branch7x7_1: BasicConv2d
  readonly branch7x7_2: BasicConv2d
  readonly branch7x7_3: BasicConv2d
  readonly branch7x7dbl_1: BasicConv2d
  readonly branch7x7dbl_2: BasicConv2d
  readonly branch7x7dbl_3: BasicConv2d
  readonly branch7x7dbl_4: BasicConv2d
  readonly branch7x7dbl_5: BasicConv2d
  readonly branch_pool: BasicConv2d
  readonly outChannels: number
  constructor(from: number, inside: number, w: Widths) {
    super()
    const [c, out] = [w(inside), w(192)]
    this.branch1x1 = same(from, out, 1)
    this.branch7x7_1 = same(from, c, 1)
    this.branch7x7_2 = same(c, c, [1, 7])
    this.branch7x7_3 = same(c, out, [7, 1])
    this.branch7x7dbl_1 = same(from, c, 1)
    this.branch7x7dbl_2 = same(c, c, [7, 1])
    this.branch7x7dbl_3 = same(c, c, [1, 7])
    this.branch7x7dbl_4 = same(c, c, [7, 1])
    this.branch7x7dbl_5 = same(c, out, [1, 7])
    this.branch_pool = same(from, out, 1)
    this.outChannels = 4 * out
  }
  forward(x: Tensor): Tensor {
    return concat(
      [
        this.branch1x1.forward(x),
        through(x, this.branch7x7_1, this.branch7x7_2, this.branch7x7_3),
        through(x, this.branch7x7dbl_1, this.branch7x7dbl_2, this.branch7x7dbl_3, this.branch7x7dbl_4, this.branch7x7dbl_5),
        this.branch_pool.forward(blurred(x)),
      ],
      1,
    )
  }
}

/** Half the size again. */
class InceptionD extends Module {
  readonly branch3x3_1: BasicConv2d
  readonly branch3x3_2: BasicConv2d
  readonly branch7x7x3_1: BasicConv2d
  readonly branch7x7x3_2: BasicConv2d
  readonly branch7x7x3_3: BasicConv2d
  readonly branch7x7x3_4: BasicConv2d
  readonly outChannels: number
  constructor(from: number, w: Widths) {
    super()
    this.branch3x3_1 = same(from, w(192), 1)
    this.branch3x3_2 = halving(w(192), w(320))
    this.branch7x7x3_1 = same(from, w(192), 1)
    this.branch7x7x3_2 = same(w(192), w(192), [1, 7])
    this.branch7x7x3_3 = same(w(192), w(192), [7, 1])
    this.branch7x7x3_4 = halving(w(192), w(192))
    this.outChannels = w(320) + w(192) + from
  }
  forward(x: Tensor): Tensor {
    return concat(
      [
        through(x, this.branch3x3_1, this.branch3x3_2),
        through(x, this.branch7x7x3_1, this.branch7x7x3_2, this.branch7x7x3_3, this.branch7x7x3_4),
        halved(x),
      ],
      1,
    )
  }
}

/** Wide, with 1 × 3 beside 3 × 1: figure 7. */
class InceptionE extends Module {
  readonly branch1x1: BasicConv2d
  readonly branch3x3_1: BasicConv2d
  readonly branch3x3_2a: BasicConv2d
  readonly branch3x3_2b: BasicConv2d
  readonly branch3x3dbl_1: BasicConv2d
  readonly branch3x3dbl_2: BasicConv2d
  readonly branch3x3dbl_3a: BasicConv2d
  readonly branch3x3dbl_3b: BasicConv2d
  readonly branch_pool: BasicConv2d
  readonly outChannels: number
  constructor(from: number, w: Widths) {
    super()
    const c = w(384)
    this.branch1x1 = same(from, w(320), 1)
    this.branch3x3_1 = same(from, c, 1)
    this.branch3x3_2a = same(c, c, [1, 3])
    this.branch3x3_2b = same(c, c, [3, 1])
    this.branch3x3dbl_1 = same(from, w(448), 1)
    this.branch3x3dbl_2 = same(w(448), c, 3)
    this.branch3x3dbl_3a = same(c, c, [1, 3])
    this.branch3x3dbl_3b = same(c, c, [3, 1])
    this.branch_pool = same(from, w(192), 1)
    this.outChannels = w(320) + 4 * c + w(192)
  }
  forward(x: Tensor): Tensor {
    const once = this.branch3x3_1.forward(x)
    const twice = through(x, this.branch3x3dbl_1, this.branch3x3dbl_2)
    return concat(
      [
        this.branch1x1.forward(x),
        this.branch3x3_2a.forward(once),
        this.branch3x3_2b.forward(once),
        this.branch3x3dbl_3a.forward(twice),
        this.branch3x3dbl_3b.forward(twice),
        this.branch_pool.forward(blurred(x)),
      ],
      1,
    )
  }
}

/** A head on features in the middle. x: [n, c, h, w] → [n, classes] */
class InceptionAux extends Module {
  readonly conv0: BasicConv2d
  readonly conv1: BasicConv2d
  readonly fc: Linear
  constructor(from: number, classes: number, w: Widths) {
    super()
    this.conv0 = same(from, w(128), 1)
    this.conv1 = new BasicConv2d(w(128), w(768), 5)
    this.fc = new Linear(w(768), classes)
  }
  forward(x: Tensor): Tensor {
    return this.fc.forward(through(avgPool2d(x, 5, { stride: 3 }), this.conv0, this.conv1).mean([2, 3]))
  }
}

/**
 * Inception v3: windows taken apart into small ones, eleven inception modules, and an auxiliary head while it trains.
 *
 * x: [n, 3, h, w], h and w from 75 on, 299 in the paper, and as large at least to train with the auxiliary head → [n, numClasses];
 * without top [n, 2048, h′, w′]. 27,161,264 parameters with its auxiliary head, torchvision's `inception_v3`.
 * Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015.
 * @example
 * const model = new InceptionV3({ numClasses: 10 })
 * const { logits, auxiliaries } = model.forwardAll(image)
 */
export class InceptionV3 extends Classifier implements WithAuxiliaries {
  readonly preprocessing = symmetric(342, 299)
  readonly featureChannels: number
  readonly top = ['fc', 'AuxLogits']
  readonly classLayers = ['fc', 'AuxLogits.fc']
  readonly stages = [/^Conv2d/, /^Mixed_5/, [/^Mixed_6/, 'AuxLogits'], /^Mixed_7/, 'fc']
  readonly Conv2d_1a_3x3: BasicConv2d
  readonly Conv2d_2a_3x3: BasicConv2d
  readonly Conv2d_2b_3x3: BasicConv2d
  readonly Conv2d_3b_1x1: BasicConv2d
  readonly Conv2d_4a_3x3: BasicConv2d
  readonly Mixed_5b: InceptionA
  readonly Mixed_5c: InceptionA
  readonly Mixed_5d: InceptionA
  readonly Mixed_6a: InceptionB
  readonly Mixed_6b: InceptionC
  readonly Mixed_6c: InceptionC
  readonly Mixed_6d: InceptionC
  readonly Mixed_6e: InceptionC
  readonly AuxLogits: InceptionAux | undefined
  readonly Mixed_7a: InceptionD
  readonly Mixed_7b: InceptionE
  readonly Mixed_7c: InceptionE
  readonly dropout: Dropout
  readonly fc: Linear | undefined
  constructor({ numClasses, includeTop = true, width, auxiliary = true, dropout = 0.5 }: InceptionV3Options = {}) {
    super(numClasses, includeTop)
    const w = widths(width)
    const conv = (from: number, to: number, kernel: number, options?: Omit<Conv2dOptions, 'bias'>) =>
      new BasicConv2d(from, to, kernel, options)
    this.Conv2d_1a_3x3 = halving(3, w(32))
    this.Conv2d_2a_3x3 = conv(w(32), w(32), 3)
    this.Conv2d_2b_3x3 = same(w(32), w(64), 3)
    this.Conv2d_3b_1x1 = conv(w(64), w(80), 1)
    this.Conv2d_4a_3x3 = conv(w(80), w(192), 3)
    this.Mixed_5b = new InceptionA(w(192), 32, w)
    this.Mixed_5c = new InceptionA(this.Mixed_5b.outChannels, 64, w)
    this.Mixed_5d = new InceptionA(this.Mixed_5c.outChannels, 64, w)
    this.Mixed_6a = new InceptionB(this.Mixed_5d.outChannels, w)
    this.Mixed_6b = new InceptionC(this.Mixed_6a.outChannels, 128, w)
    this.Mixed_6c = new InceptionC(this.Mixed_6b.outChannels, 160, w)
    this.Mixed_6d = new InceptionC(this.Mixed_6c.outChannels, 160, w)
    this.Mixed_6e = new InceptionC(this.Mixed_6d.outChannels, 192, w)
    if (includeTop && auxiliary) this.AuxLogits = new InceptionAux(this.Mixed_6e.outChannels, this.numClasses, w)
    this.Mixed_7a = new InceptionD(this.Mixed_6e.outChannels, w)
    this.Mixed_7b = new InceptionE(this.Mixed_7a.outChannels, w)
    this.Mixed_7c = new InceptionE(this.Mixed_7b.outChannels, w)
    this.featureChannels = this.Mixed_7c.outChannels
    this.dropout = new Dropout(dropout)
    if (includeTop) this.fc = new Linear(this.featureChannels, this.numClasses)
    for (const kind of [Conv2d, Linear]) initialize(this, kind, truncatedNormal(0.1))
  }

  forwardFeatures(x: Tensor): Tensor {
    return this.#run(x).features
  }
  forwardHead(features: Tensor): Tensor {
    return this.fc!.forward(this.dropout.forward(features.mean([2, 3])))
  }
  forwardAll(x: Tensor): { logits: Tensor; auxiliaries: Tensor[] } {
    const { features, middle } = this.#run(x)
    return { logits: this.forwardHead(features), auxiliaries: this.AuxLogits ? [this.AuxLogits.forward(middle)] : [] }
  }

  #run(x: Tensor): { features: Tensor; middle: Tensor } {
    const stem = halved(through(x, this.Conv2d_1a_3x3, this.Conv2d_2a_3x3, this.Conv2d_2b_3x3))
    const small = halved(through(stem, this.Conv2d_3b_1x1, this.Conv2d_4a_3x3))
    const fives = through(small, this.Mixed_5b, this.Mixed_5c, this.Mixed_5d)
    const middle = through(fives, this.Mixed_6a, this.Mixed_6b, this.Mixed_6c, this.Mixed_6d, this.Mixed_6e)
    return { features: through(middle, this.Mixed_7a, this.Mixed_7b, this.Mixed_7c), middle }
  }
}
