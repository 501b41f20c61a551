import { size } from '@portolan/core/engine'
import type { Builder, Ref } from './builder.ts'

/** More rows would need more ones than are worth keeping. */
const most = 2 ** 16

/**
 * The sum over the first axes of x [...rows, ...row] → [...row], as a product with ones: onnxruntime's own sum along a first axis takes 2 to
 * 20 times as long. Undefined where there are too many rows, too few numbers, or others than float32.
 */
export function sumOfRows(b: Builder, x: Ref, axes: number): Ref | undefined {
  const [rows, row] = [x.shape.slice(0, axes), x.shape.slice(axes)]
  const [n, c] = [size(rows), size(row)]
  if (x.type !== 'float32' || !axes || c < 2 || n < 2 || n > most) return undefined
  const ones = b.constant('float32', [n], new Float32Array(n).fill(1))
  const sum = b.node('MatMul', [ones, x.shape.length === 2 ? x : b.reshape(x, [n, c])], {}, { shape: [c], type: 'float32' })
  return row.length === 1 ? sum : b.reshape(sum, row)
}
