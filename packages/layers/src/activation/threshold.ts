import { Module, type Tensor } from '@portolan/core'

/** x > limit ? x : value */
export const threshold = (x: Tensor, limit: number, value: number): Tensor => x.greater(limit).where(x, value)

/**
 * Replaces what is not above a limit: x > limit ? x : value.
 *
 * x: [...] → same. PyTorch: Threshold; Keras: -.
 * @example
 * new Threshold(1, -5).forward(tensor([0, 2])) // [-5, 2]
 */
export class Threshold extends Module {
  constructor(
    readonly limit: number,
    readonly value: number,
  ) {
    super()
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return threshold(x, this.limit, this.value)
  }
}
