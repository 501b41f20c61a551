import { Module, RangeError, type Tensor } from '@portolan/core'

/** x − min(max(x, −by), by) */
export const softshrink = (x: Tensor, by = 0.5): Tensor => x.sub(x.clip(-by, by))

/**
 * Brings each number nearer to 0, small ones to it: x − min(max(x, −by), by).
 *
 * x: [...] → same. by ≥ 0: default 0.5. PyTorch: Softshrink; Keras: -.
 * @throws RangeError if by is negative.
 * @example
 * new Softshrink().forward(tensor([-2, 0.3]))  // [-1.5, 0]
 */
export class Softshrink extends Module {
  constructor(readonly by = 0.5) {
    super()
    if (!(by >= 0)) throw new RangeError(`Softshrink: by must be at least 0, got ${by}`)
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return softshrink(x, this.by)
  }
}
