import { Module, type Tensor } from '@portolan/core'

/**
 * The logarithm of a softmax, without its rounding: x − log Σ eˣ.
 *
 * x: [...] → same. axis: default the last. PyTorch: LogSoftmax; Keras: -.
 * @example
 * new LogSoftmax().forward(tensor([[0, 0]]))   // [[-0.693, -0.693]]
 */
export class LogSoftmax extends Module {
  constructor(readonly axis = -1) {
    super()
  }
  /** x: [...] → same, ≤ 0 */
  forward(x: Tensor): Tensor {
    return x.logSoftmax(this.axis)
  }
}
