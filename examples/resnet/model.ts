import { BatchNorm2d, Conv2d, Linear, maxPool2d, Module, ReLU, Sequential, type Tensor } from '@portolan/core'

const conv = (from: number, to: number): Sequential =>
  new Sequential([new Conv2d(from, to, 3, { padding: 1, bias: false }), new BatchNorm2d(to), new ReLU()])

/** x + relu(bn(conv(relu(bn(conv(x)))))) */
class Residual extends Module {
  readonly inner: Sequential
  constructor(channels: number) {
    super()
    this.inner = new Sequential([conv(channels, channels), conv(channels, channels)])
  }
  forward(x: Tensor): Tensor {
    return x.add(this.inner.forward(x))
  }
}

/**
 * Nine layers, wide and shallow, which learn small photos in few epochs: the residual network of Page, "How to Train Your ResNet", 2018.
 *
 * x: [n, 3, 32, 32] → scores [n, classes]
 */
export class ResNet9 extends Module {
  readonly stem: Sequential
  readonly stages: readonly Sequential[]
  readonly residuals: readonly Residual[]
  readonly fc: Linear
  constructor({ numClasses, width: w }: { numClasses: number; width: number }) {
    super()
    this.stem = conv(3, w)
    this.stages = [conv(w, 2 * w), conv(2 * w, 4 * w), conv(4 * w, 8 * w)]
    this.residuals = [new Residual(2 * w), new Residual(8 * w)]
    this.fc = new Linear(8 * w, numClasses, { bias: false })
  }
  forward(x: Tensor): Tensor {
    const [first, second, third] = this.stages as [Sequential, Sequential, Sequential]
    const [early, late] = this.residuals as [Residual, Residual]
    let h = this.stem.forward(x)
    h = early.forward(maxPool2d(first.forward(h), 2)) // [n, 2w, 16, 16]
    h = maxPool2d(second.forward(h), 2) // [n, 4w, 8, 8]
    h = late.forward(maxPool2d(third.forward(h), 2)) // [n, 8w, 4, 4]
    return this.fc.forward(h.max([2, 3])).mul(0.125)
  }
}
