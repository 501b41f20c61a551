import { ShapeError, type HostTensor, type Tensor } from '@portolan/core'

/** Numbers of many samples, row by row: a tensor [n, d], or such numbers on the host. */
export type FeatureRows = Tensor | Pick<HostTensor, 'data' | 'shape'>

/** @throws ShapeError unless there are at least `least` rows [n, d]. */
export async function rowsOf(name: string, rows: FeatureRows, least: number): Promise<{ n: number; d: number; data: ArrayLike<number> }> {
  const [n, d] = rows.shape as [number, number]
  if (rows.shape.length !== 2 || n < least)
    throw new ShapeError(`${name}: features must be [n, d] with n at least ${least}, got [${rows.shape}]`)
  return { n, d, data: typeof rows.data === 'function' ? await rows.data() : rows.data }
}

/** @throws ShapeError unless both have rows of one length. */
export function checkWidths(name: string, a: { d: number }, b: { d: number }): void {
  if (a.d !== b.d) throw new ShapeError(`${name}: both must have as many features, got ${a.d} and ${b.d}`)
}
