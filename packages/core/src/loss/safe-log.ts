import { customVjp } from '../autodiff/grad.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** log p, at least −100; its gradient 1/p, at most 1e12: finite at 0. */
export const safeLog = (p: Tensor): Tensor => customVjp(() => ({ y: p.log().maximum(-100), vjp: g => [g.div(p.maximum(1e-12))] }))(p)
