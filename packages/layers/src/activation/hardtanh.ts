import { hardtanh, Module, type Tensor } from '@portolan/core'

/**
 * What is beyond two limits becomes the limit: min(max(x, low), high).
 *
 * x: [...] → same. low, high: default −1, 1. PyTorch: Hardtanh; Keras: -.
 * @example
 * new Hardtanh().forward(tensor([-3, 0.5]))    // [-1, 0.5]
 */
export class Hardtanh extends Module {
  constructor(
    readonly low = -1,
    readonly high = 1,
  ) {
    super()
  }
  /** x: [...] → same, low … high */
  forward(x: Tensor): Tensor {
    return hardtanh(x, this.low, this.high)
  }
}
