import { control } from './control.ts'
import { convolution } from './conv.ts'
import { detection } from './detection.ts'
import { elementwise } from './elementwise.ts'
import { indexOps } from './index-ops.ts'
import { linalg } from './linalg.ts'
import { norm } from './norm.ts'
import { pool } from './pool.ts'
import { random } from './random.ts'
import { reduce } from './reduce.ts'
import { resize } from './resize.ts'
import { shapeOps } from './shape.ts'
import type { Table } from '../../ops/index.ts'
import type { Eager, T } from './kernel.ts'

/** Every op on tfjs's forward kernels; its gradients are never used. */
export const kernels: Table<T, Eager> = {
  ...elementwise,
  ...reduce,
  ...norm,
  ...shapeOps,
  ...linalg,
  ...convolution,
  ...pool,
  ...resize,
  ...detection,
  ...indexOps,
  ...random,
  ...control,
}
