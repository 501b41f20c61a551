import { RangeError } from '../../errors.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** A factor of the learning rate for each step, in tensors, so that it is part of the program. step: float32 [], counted from 1 → [] */
export type Schedule = (step: Tensor) => Tensor

/** Steps that are behind: 0 at the first. PyTorch's schedulers count so when they are stepped after every batch. */
export const done = (step: Tensor): Tensor => step.sub(1)

/** How much of `steps` is behind, 0 … 1. */
export const progress = (step: Tensor, steps: number): Tensor => done(step).div(steps).clip(0, 1)

/** Half a cosine, from 1 at 0 down to 0 at 1. */
export const halfCosine = (x: Tensor): Tensor => x.mul(Math.PI).cos().add(1).mul(0.5)

/** @throws RangeError unless low ≤ value and, if asked for, value is whole. */
export function checkSchedule(name: string, option: string, value: number, low: number, whole = false): void {
  if (!(value >= low && value < Infinity) || (whole && !Number.isInteger(value)))
    throw new RangeError(`${name}: ${option} must be a ${whole ? 'whole ' : ''}number of at least ${low}, got ${value}`)
}
