import type { TableOf } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'

/** One family of ops in ordinary ONNX inference ops. */
export type Lowerings<S> = TableOf<S, Ref, Builder>

/** An op that is one node of ONNX. */
export const simple =
  (op: string) =>
  (x: Ref[], _: {}, b: Builder): Ref =>
    b.node(op, x)
