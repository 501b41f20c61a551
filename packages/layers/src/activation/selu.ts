import { elu, Module, type Tensor } from '@portolan/core'

const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** 1.0507·elu(x, 1.6733) */
export const selu = (x: Tensor): Tensor => elu(x, alpha).mul(scale)

/**
 * An ELU under which mean 0 and variance 1 stay so: 1.0507·(x > 0 ? x : 1.6733·(eˣ − 1)).
 *
 * x: [...] → same. Weights should start from `lecunNormal`. Klambauer et al., "Self-Normalizing Neural Networks", 2017. PyTorch: SELU; Keras: -.
 * @example
 * new SELU().forward(tensor([-1, 2]))          // [-1.111, 2.101]
 */
export class SELU extends Module {
  /** x: [...] → same, > −1.7581 */
  forward(x: Tensor): Tensor {
    return selu(x)
  }
}
