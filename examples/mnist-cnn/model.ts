import { Conv2d, Linear, maxPool2d, Module, type Tensor } from '@portolan/core'

/** Two convolutions and two linear layers: 225,034 parameters. x: [n, 1, 28, 28] → class scores [n, 10] */
export class MnistCnn extends Module {
  conv1 = new Conv2d(1, 32, 3)
  conv2 = new Conv2d(32, 64, 3)
  fc1 = new Linear(1600, 128)
  fc2 = new Linear(128, 10)

  forward(x: Tensor): Tensor {
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 32, 13, 13]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 64, 5, 5]
    x = this.fc1.forward(x.flatten(1)).relu() // [n, 128]
    return this.fc2.forward(x)
  }
}
