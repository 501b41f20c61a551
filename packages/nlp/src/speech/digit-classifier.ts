import { BatchNorm2d, Conv2d, Dropout, Linear, maxPool2d, Module, RangeError, ShapeError, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'

/** Options of `SpokenDigitClassifier`. */
export interface SpokenDigitClassifierOptions {
  /** Features of a frame, at least 8; default 40. */
  features?: number
  /** Rows of the last layer; default 10. */
  classes?: number
  /** Filters of the first convolution, then twice and four times as many; default 32. */
  width?: number
  /** In training, before the last layer, 0 ≤ p < 1; default 0.3. */
  dropout?: number
}

/**
 * Tells which word was said from its spectrogram: three times convolution, batch norm, ReLU and pooling by 2, then the mean over
 * time, and one linear layer.
 *
 * x: log-mel or MFCC features [n, features, frames], frames at least 8 → class scores [n, classes]. Parameters: convs, norms, fc.
 * @throws RangeError for an option out of range; ShapeError if the features are not such.
 * @example
 * new SpokenDigitClassifier().forward(zeros([4, 40, 100]))   // [4, 10]
 */
export class SpokenDigitClassifier extends Module {
  readonly convs: readonly Conv2d[]
  readonly norms: readonly BatchNorm2d[]
  readonly dropout: Dropout
  readonly fc: Linear
  readonly #features: number
  constructor({ features = 40, classes = 10, width = 32, dropout = 0.3 }: SpokenDigitClassifierOptions = {}) {
    super()
    checkCounts('SpokenDigitClassifier', { features, classes, width })
    if (features < 8) throw new RangeError(`SpokenDigitClassifier: features must be at least 8, got ${features}`)
    this.#features = features
    const channels = [1, width, 2 * width, 4 * width]
    this.convs = [0, 1, 2].map(i => new Conv2d(channels[i]!, channels[i + 1]!, 3, { padding: 1, bias: false }))
    this.norms = [1, 2, 3].map(i => new BatchNorm2d(channels[i]!))
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(channels[3]! * Math.floor(features / 8), classes)
  }
  /**
   * x: [n, features, frames], frames ≥ 8 → class scores [n, classes].
   * @throws ShapeError for another input.
   */
  forward(x: Tensor): Tensor {
    if (x.shape.length !== 3 || x.shape[1] !== this.#features || x.shape[2]! < 8)
      throw new ShapeError(
        `SpokenDigitClassifier: the features must be [n, ${this.#features}, frames], at least 8 frames, got [${x.shape}]`,
      )
    const y = this.convs.reduce((h, conv, i) => maxPool2d(this.norms[i]!.forward(conv.forward(h)).relu(), 2), x.expandDims(1))
    return this.fc.forward(this.dropout.forward(y.mean(3).flatten(1))) // [n, 4·width, features/8, frames/8]
  }
}
