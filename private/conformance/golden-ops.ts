import { full, gelu, iota, softplus, type DType, type Tensor } from '@portolan/core'
import type { OpName } from '@portolan/core/engine'
import { goldenCases, type GoldenCase } from '@portolan/test-kit'

type Fn = (...x: (Tensor | undefined)[]) => Tensor | readonly Tensor[]

/** No op or function of ours computes these yet. */
export const absent = new Set(['avgPool2d'])

export const opCases: GoldenCase[] = ['elementwise', 'reduce', 'shape', 'matmul', 'convolution', 'pooling', 'norm', 'indexing'].flatMap(goldenCases)

const plain = (op: string, attrs: object): Fn => (x, ...others) => x!.ops(op as OpName, others.filter(t => t) as never, attrs as never)

/** What a case of private/golden is of ours. */
export function subject({ op, attrs }: GoldenCase): Fn {
  const a = attrs as { shape: number[]; value: number; length: number; dtype: DType; stride: number[]; pads: number[]; dilation: number[]; groups: number; outputPadding: number[] }
  switch (op) {
    case 'full':
      return () => full(a.shape, a.value, a.dtype)
    case 'iota':
      return () => iota(a.length, a.dtype)
    case 'gelu':
      return x => gelu(x!)
    case 'softplus':
      return x => softplus(x!)
    case 'globalAvgPool':
      return x => x!.mean([2, 3])
    // the op under convTranspose2d, which also has groups and dilation
    case 'convTranspose2d':
      return (x, w, bias) => {
        const { outputPadding, ...window } = a
        const side = (i: number) => (x!.shape[i + 2]! - 1) * a.stride[i]! - a.pads[i]! - a.pads[i + 2]! + a.dilation[i]! * (w!.shape[i + 2]! - 1) + 1 + outputPadding[i]!
        const y = x!.op('convInput', [w!], { ...window, shape: [x!.shape[0]!, w!.shape[1]! * a.groups, side(0), side(1)] })
        return bias ? y.add(bias.reshape([-1, 1, 1])) : y
      }
    default:
      return plain(op, attrs)
  }
}
