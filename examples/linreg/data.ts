import { HostRng } from '@portolan/core'

/** Points of y = 2x − 1 with a little noise: x, y [n, 1]. */
export function line(
  n: number,
  seed: number,
): { x: { dtype: 'float32'; shape: number[]; data: Float32Array }; y: { dtype: 'float32'; shape: number[]; data: Float32Array } } {
  const rng = new HostRng(seed)
  const x = Float32Array.from({ length: n }, () => 4 * rng.uniform() - 2)
  const y = x.map(v => 2 * v - 1 + 0.1 * rng.normal())
  const column = (data: Float32Array) => ({ dtype: 'float32' as const, shape: [n, 1], data })
  return { x: column(x), y: column(y) }
}
