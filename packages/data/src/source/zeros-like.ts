import type { TypedArray } from '@portolan/core'

/** An array of the same kind. */
export const zerosLike = (data: TypedArray, length: number): TypedArray =>
  data instanceof Float32Array ? new Float32Array(length) : data instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length)
