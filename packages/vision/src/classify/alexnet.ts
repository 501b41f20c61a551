import { adaptiveAvgPool, Conv2d, Dropout, Linear, MaxPool2d, ReLU, Sequential, type Tensor } from '@portolan/core'
import { Classifier, widths, type ClassifierOptions } from './classifier.ts'
import { imageNet } from './preprocessing.ts'

/** Options of `AlexNet`. */
export interface AlexNetOptions extends ClassifierOptions {
  /** Before the first two linear layers, 0 ≤ p < 1; default 0.5. */
  dropout?: number
}

/**
 * AlexNet in its one-column form: five convolutions, three linear layers.
 *
 * x: [n, 3, h, w], h and w from 63 on, 224 in the paper → [n, numClasses]; without top [n, 256, h′, w′]. 61,100,840 parameters, torchvision's `alexnet`.
 * Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", 2012; Krizhevsky, "One weird trick for
 * parallelizing convolutional neural networks", 2014.
 * @example
 * const model = new AlexNet({ numClasses: 5 })
 */
export class AlexNet extends Classifier {
  readonly preprocessing = imageNet
  readonly featureChannels: number
  readonly top = ['classifier']
  readonly classLayers = ['classifier.6']
  readonly stages = ['features.0', 'features.3', ['features.6', 'features.8', 'features.10'], 'classifier']
  readonly features: Sequential
  readonly classifier: Sequential | undefined
  constructor({ numClasses, includeTop = true, width, dropout = 0.5 }: AlexNetOptions = {}) {
    super(numClasses, includeTop)
    const w = widths(width)
    const pool = () => new MaxPool2d(3, { stride: 2 })
    this.featureChannels = w(256)
    this.features = new Sequential([
      new Conv2d(3, w(64), 11, { stride: 4, padding: 2 }),
      new ReLU(),
      pool(),
      new Conv2d(w(64), w(192), 5, { padding: 2 }),
      new ReLU(),
      pool(),
      new Conv2d(w(192), w(384), 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(w(384), w(256), 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(w(256), w(256), 3, { padding: 1 }),
      new ReLU(),
      pool(),
    ])
    if (includeTop)
      this.classifier = new Sequential([
        new Dropout(dropout),
        new Linear(w(256) * 36, w(4096)),
        new ReLU(),
        new Dropout(dropout),
        new Linear(w(4096), w(4096)),
        new ReLU(),
        new Linear(w(4096), this.numClasses),
      ])
  }
  forwardFeatures(x: Tensor): Tensor {
    return this.features.forward(x)
  }
  forwardHead(features: Tensor): Tensor {
    return this.classifier!.forward(adaptiveAvgPool(features, 6).flatten(1))
  }
}
