import type { Table } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
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

/** Every op in ordinary ONNX inference ops: the reference that runs on every provider. */
export const portable: Table<Ref, Builder> = {
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
