import { avgPool2d, Conv2d, Linear, type Tensor } from '@portolan/core'
import { Classifier, type ClassifierOptions } from './classifier.ts'

/** Options of `LeNet5`. */
export interface LeNetOptions extends Pick<ClassifierOptions, 'numClasses' | 'includeTop'> {
  /** Side of the pictures: with 28 the first convolution pads them to the paper's 32; default 28. */
  imageSize?: 28 | 32
}

/**
 * LeNet-5: two convolutions of 5 × 5 with average pooling and tanh between them, three linear layers.
 *
 * x: [n, 1, 28, 28] → [n, numClasses]; without top [n, 16, 5, 5]. 61,706 parameters with ten classes: conv1, conv2, fc1, fc2, fc3.
 * The paper's last layer measures distances to drawn digits; ours is linear, and every map of conv2 sees all of conv1.
 * LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998.
 * @example
 * const model = new LeNet5({ numClasses: 10 })
 */
export class LeNet5 extends Classifier {
  readonly preprocessing = { resize: 28, crop: 28, interpolation: 'bilinear', mean: [0.1307], std: [0.3081] } as const
  readonly featureChannels = 16
  readonly top = ['fc1', 'fc2', 'fc3']
  readonly classLayers = ['fc3']
  readonly stages = ['conv1', 'conv2', ['fc1', 'fc2', 'fc3']]
  readonly conv1: Conv2d
  readonly conv2 = new Conv2d(6, 16, 5)
  readonly fc1: Linear | undefined
  readonly fc2: Linear | undefined
  readonly fc3: Linear | undefined
  constructor({ numClasses = 10, includeTop = true, imageSize = 28 }: LeNetOptions = {}) {
    super(numClasses, includeTop)
    this.conv1 = new Conv2d(1, 6, 5, { padding: imageSize === 28 ? 2 : 0 })
    if (!includeTop) return
    this.fc1 = new Linear(400, 120)
    this.fc2 = new Linear(120, 84)
    this.fc3 = new Linear(84, numClasses)
  }
  forwardFeatures(x: Tensor): Tensor {
    const narrow = avgPool2d(this.conv1.forward(x).tanh(), 2) // [n, 6, 14, 14]
    return avgPool2d(this.conv2.forward(narrow).tanh(), 2)
  }
  forwardHead(features: Tensor): Tensor {
    const h = this.fc1!.forward(features.flatten(1)).tanh()
    return this.fc3!.forward(this.fc2!.forward(h).tanh())
  }
}
