// Checked by `tsc`: each line below an expectation must be a compile error.
import { kernels } from './eager/kernels/index.ts'
import type { Eager, T } from './eager/kernels/kernel.ts'
import { compile, Module, variables, Param, Buffer, type Compiled, type Tensor } from './index.ts'
import type { Family } from './ops/op.ts'
import type { Table } from './ops/index.ts'
import type { Linalg } from './ops/linalg.ts'

const { scan, ...rest } = kernels
// @ts-expect-error an engine without `scan` is no engine
export const incomplete: Table<T, Eager> = rest
// @ts-expect-error an op that does not exist
export const extra: Table<T, Eager> = { ...kernels, typo: scan }
// @ts-expect-error a family without its op
export const family: Family<Linalg> = {}

declare const x: Tensor
// @ts-expect-error matmul takes one other tensor
x.op('matmul', [], { transposeA: false, transposeB: false })
// @ts-expect-error an attribute is missing
x.op('matmul', [x], { transposeA: false })
// @ts-expect-error an attribute of the wrong type
x.op('cast', [], { dtype: 'float99' })
// @ts-expect-error there is no such op
x.op('frobnicate', [], {})
// @ts-expect-error a tensor is immutable
x.shape = [1]
// @ts-expect-error a tensor is immutable, its shape too
x.shape[0] = 1
// @ts-expect-error there is no such element type
x.cast('float64')

export const step: Compiled<[x: Tensor, scale: number], { loss: Tensor }> = compile((x: Tensor, scale: number) => ({
  loss: x.mul(scale).sum(),
}))
// @ts-expect-error a number where a tensor belongs
void step(1, 1)
// @ts-expect-error a step gives a promise
export const loss: Tensor = step(x, 1)

class Net extends Module {}
export const params: Map<string, Param> = variables(new Net(), Param)
// @ts-expect-error buffers are no parameters
export const buffers: Map<string, Param> = variables(new Net(), Buffer)
