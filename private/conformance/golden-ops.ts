import { full, gelu, iota, softplus, type DType, type Tensor } from '@portolan/core'
import type { OpName } from '@portolan/core/engine'
import { goldenCases, type GoldenCase } from '@portolan/test-kit'
import { windowFunction } from './golden-windows.ts'

type Fn = (...x: (Tensor | undefined)[]) => Tensor | readonly Tensor[]

/** No op or function of ours computes these yet. */
export const absent = new Set<string>()

export const opCases: GoldenCase[] = [
  'elementwise',
  'reduce',
  'shape',
  'matmul',
  'convolution',
  'convolution-functions',
  'pooling',
  'norm',
  'indexing',
  'resize',
  'detection',
].flatMap(goldenCases)

const plain =
  (op: string, attrs: object): Fn =>
  (x, ...others) =>
    x!.ops(op as OpName, others.filter(t => t) as never, attrs as never)

/** What a case of private/golden is of ours. */
export function subject(c: GoldenCase): Fn {
  const { op, attrs } = c
  const a = attrs as { shape: number[]; value: number; length: number; dtype: DType }
  switch (op) {
    case 'full':
      return () => full(a.shape, a.value, a.dtype)
    case 'iota':
      return () => iota(a.length, a.dtype)
    case 'gelu':
      return x => gelu(x!)
    case 'softplus':
      return x => softplus(x!)
    default:
      return windowFunction(c) ?? plain(op, attrs)
  }
}
