import { Module, type Tensor } from '@portolan/core'

/** x − tanh(x) */
export const tanhshrink = (x: Tensor): Tensor => x.sub(x.tanh())

/**
 * What tanh takes away: x − tanh(x).
 *
 * x: [...] → same. PyTorch: Tanhshrink; Keras: -.
 * @example
 * new Tanhshrink().forward(tensor([0, 1]))     // [0, 0.238]
 */
export class Tanhshrink extends Module {
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return tanhshrink(x)
  }
}
