import { elu, Module, type Tensor } from '@portolan/core'

/** x where it is positive, alpha·(e^(x/alpha) − 1) elsewhere. */
export const celu = (x: Tensor, alpha = 1): Tensor => elu(x.div(alpha)).mul(alpha)

/**
 * An ELU whose slope is 1 at 0, whatever alpha: x > 0 ? x : alpha·(e^(x/alpha) − 1).
 *
 * x: [...] → same. alpha: default 1. Barron, "Continuously Differentiable Exponential Linear Units", 2017. PyTorch: CELU; Keras: -.
 * @example
 * new CELU(2).forward(tensor([-1, 2]))         // [-0.787, 2]
 */
export class CELU extends Module {
  constructor(readonly alpha = 1) {
    super()
  }
  /** x: [...] → same, > −alpha */
  forward(x: Tensor): Tensor {
    return celu(x, this.alpha)
  }
}
