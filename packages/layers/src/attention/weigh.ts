import { DTypeError, type Tensor } from '@portolan/core'

/** What is attended to beside the query, and what is hidden. */
export interface SequenceAttentionInputs {
  key: Tensor
  /** Default: the keys. */
  value?: Tensor
  /** bool [n, tk], true where a key may be seen. */
  mask?: Tensor
}

/** softmax(scores)·values. scores: [n, tq, tk], values: [n, tk, e] → [n, tq, e] */
export function weigh(name: string, scores: Tensor, values: Tensor, mask: Tensor | undefined): Tensor {
  if (mask && mask.dtype !== 'bool') throw new DTypeError(`${name}: mask must be bool, got ${mask.dtype}. Compare: ids.notEqual(padding)`)
  return (mask ? mask.expandDims(1).where(scores, -1e9) : scores).softmax().matmul(values)
}
