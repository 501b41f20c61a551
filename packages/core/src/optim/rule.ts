import { RangeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What a rule is given of one parameter. */
export interface Update<S extends string = never> {
  /** The parameter and its gradient. */
  readonly p: Tensor
  readonly g: Tensor
  /** float32 [] */
  readonly lr: Tensor
  /** float32 [], counted from 1. */
  readonly step: Tensor
  /** The state from the last step, zero at first. */
  readonly slots: Readonly<Record<S, Tensor>>
}

/** How one kind of optimizer changes a parameter: in tensors, so that it becomes part of the program. H: its options, S: its state. */
export interface Rule<H extends object = object, S extends string = string> {
  readonly defaults: H
  /** @throws RangeError unless the options are what they must be. */
  check?(options: H): void
  /** The state that a parameter has: of its shape, or one number. */
  slots(options: H): Readonly<Partial<Record<S, 'parameter' | 'number'>>>
  /** The new parameter and its new state. */
  update(given: Update<S>, options: H): { p: Tensor } & Partial<Record<S, Tensor>>
}

/** @throws RangeError unless low ≤ value < high. */
export function checkRange(option: string, value: number, low: number, high = Infinity): void {
  if (!(value >= low && value < high))
    throw new RangeError(
      `optimizer: ${option} must be ${high === Infinity ? `at least ${low} and finite` : `in ${low} ≤ x < ${high}`}, got ${value}`,
    )
}
