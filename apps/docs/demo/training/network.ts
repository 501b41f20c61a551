import { Conv2d, Linear, maxPool2d, Module, type Tensor } from '@portolan/core'

/** Two convolutions with pooling and two linear layers: 56,970 weights. */
export class DigitNet extends Module {
  conv1 = new Conv2d(1, 16, 5)
  conv2 = new Conv2d(16, 32, 3)
  fc1 = new Linear(800, 64)
  fc2 = new Linear(64, 10)
  forward(x: Tensor): Tensor {
    // [n, 1, 28, 28]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 16, 12, 12]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 32, 5, 5]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu()) // [n, 10]
  }
}
