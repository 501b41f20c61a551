import type { HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'

/**
 * Changes a batch on the host before it becomes tensors; it must leave what it was given as it is and return new arrays.
 *
 * `rng` belongs to this batch of this epoch alone: random changes are the same after a resume, whatever was loaded ahead.
 */
export type Transform<I extends string = string, O extends string = I> = (batch: Fields<I>, rng: HostRng) => Fields<O> | Promise<Fields<O>>
