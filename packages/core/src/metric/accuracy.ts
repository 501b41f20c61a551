import type { Tensor } from '../tensor/tensor.ts'

/** The share of rows whose largest score is at the right class. logits: [..., classes], labels: int32 [...] → [] */
export const accuracy = (logits: Tensor, labels: Tensor): Tensor => logits.argMax(-1).equal(labels).cast('float32').mean()

/** The share of scores on the right side of zero. logits: [...], targets: float32, 0 or 1, of the same shape → [] */
export const binaryAccuracy = (logits: Tensor, targets: Tensor): Tensor => logits.greater(0).equal(targets.greater(0.5)).cast('float32').mean()
