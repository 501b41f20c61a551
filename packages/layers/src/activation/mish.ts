import { Module, type Tensor } from '@portolan/core'

/** x·tanh(log(1 + eˣ)) */
export const mish = (x: Tensor): Tensor => x.mul(x.softplus().tanh())

/**
 * A smooth ReLU that dips below 0: x·tanh(log(1 + eˣ)).
 *
 * x: [...] → same. Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019. PyTorch: Mish; Keras: -.
 * @example
 * new Mish().forward(tensor([-1, 2]))          // [-0.303, 1.944]
 */
export class Mish extends Module {
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return mish(x)
  }
}
