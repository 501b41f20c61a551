import { ShapeError } from '../errors.ts'

/** A figure that is made batch by batch on the host: parts that were made apart can be merged, and give what one would have given. */
export interface Accumulator<A extends unknown[], V = number> {
  /** Adds examples. */
  add(...examples: A): void
  /** Adds what another one was given. */
  merge(other: this): void
  /** The figure of all examples so far. */
  value(): V
  /** Forgets everything. */
  reset(): void
}

/** Numbers of a batch; of a tensor, those that `await x.data()` gives. */
export type Numbers = ArrayLike<number>

/** @throws ShapeError unless both have one length. */
export function checkLengths(name: string, a: Numbers, b: Numbers): void {
  if (a.length !== b.length) throw new ShapeError(`${name}: predictions and targets must have one length, got ${a.length} and ${b.length}.`)
}
