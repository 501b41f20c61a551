import { RangeError, type Param } from '@portolan/core'

/**
 * Scales the rows of a weight that are longer than `limit` back to it: w ← w·min(1, limit/‖w‖). Call it in a step, after the optimizer.
 *
 * weight: [rows, ...]. limit: > 0. Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors", 2012.
 * @throws RangeError unless limit > 0.
 * @example
 * const train = (batch: Batch) => {
 *   const logs = step.train(batch)
 *   limitRows(model.fc.weight, 3)
 *   return logs
 * }
 */
export function limitRows(weight: Param, limit: number): void {
  if (!(limit > 0)) throw new RangeError(`limitRows: limit must be above 0, got ${limit}`)
  const w = weight.value
  const axes = w.shape.map((_, axis) => axis).slice(1)
  const length = w.square().sum(axes, true).sqrt().maximum(1e-12)
  weight.value = w.mul(length.reciprocal().mul(limit).minimum(1))
}
