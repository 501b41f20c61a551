import { size } from './spec.ts'
import type { Tensor } from './tensor.ts'

/** A matrix times every column of numbers along one axis. x: [...a, m, ...b], matrix: [k, m], or [m, k] transposed → [...a, k, ...b] */
export function along(x: Tensor, axis: number, matrix: Tensor, transposed = false): Tensor {
  const [before, m, after] = [size(x.shape.slice(0, axis)), x.shape[axis]!, size(x.shape.slice(axis + 1))]
  const shape = x.shape.with(axis, matrix.shape[transposed ? 1 : 0]!)
  if (after === 1) return x.reshape([before, m]).matmul(matrix, { transposeB: !transposed }).reshape(shape)
  return matrix.matmul(x.reshape([before, m, after]), { transposeA: transposed }).reshape(shape)
}
