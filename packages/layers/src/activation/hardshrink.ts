import { Module, type Tensor } from '@portolan/core'

/** |x| > limit ? x : 0 */
export const hardshrink = (x: Tensor, limit = 0.5): Tensor => x.abs().greater(limit).where(x, 0)

/**
 * Makes small numbers 0: |x| > limit ? x : 0.
 *
 * x: [...] → same. limit: default 0.5. PyTorch: Hardshrink; Keras: -.
 * @example
 * new Hardshrink().forward(tensor([-2, 0.3]))  // [-2, 0]
 */
export class Hardshrink extends Module {
  constructor(readonly limit = 0.5) {
    super()
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return hardshrink(x, this.limit)
  }
}
