import { Module, type Tensor } from '@portolan/core'

/** x/(1 + |x|) */
export const softsign = (x: Tensor): Tensor => x.div(x.abs().add(1))

/**
 * A tanh that reaches its ends slowly: x/(1 + |x|).
 *
 * x: [...] → same. PyTorch: Softsign; Keras: -.
 * @example
 * new Softsign().forward(tensor([-1, 3]))      // [-0.5, 0.75]
 */
export class Softsign extends Module {
  /** x: [...] → same, −1 … 1 */
  forward(x: Tensor): Tensor {
    return softsign(x)
  }
}
