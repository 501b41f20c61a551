import type { Tensor } from '../tensor/tensor.ts'
import { pair, window2d, type Pair, type Window2dOptions } from './windows.ts'

/**
 * The largest number of each window; the gradient goes to the first one where there are several.
 *
 * x: [n, c, h, w] → [n, c, h′, w′]. The stride is the kernel unless given. Padding never wins.
 * @example
 * maxPool2d(x, 2)                              // halves height and width
 */
export function maxPool2d(x: Tensor, kernel: Pair, { stride = kernel, ...window }: Window2dOptions = {}): Tensor {
  const sides = pair(kernel)
  return x.op('maxPool', [], { kernel: sides, ...window2d('maxPool2d', x.shape, sides, { stride, ...window }) })
}
