import type { Tensor } from '@portolan/core'

/** A softplus that is exactly 0 below −1 and x above 1, (x + 1)²/4 between. */
export const sparsePlus = (x: Tensor): Tensor => x.less(1).where(x.add(1).clip(0, 2).square().div(4), x)

/** The gradient of `sparsePlus`: (x + 1)/2 from −1 to 1, 0 and 1 beyond. */
export const sparseSigmoid = (x: Tensor): Tensor => x.add(1).div(2).clip(0, 1)
