import { control, type Control } from './control.ts'
import { conv, type Conv } from './conv.ts'
import { detection, type Detection } from './detection.ts'
import { elementwise, type Elementwise } from './elementwise.ts'
import { indexOps, type IndexOps } from './index-ops.ts'
import { linalg, type Linalg } from './linalg.ts'
import { norm, type Norm } from './norm.ts'
import type { Family, Inputs, Op, Sig } from './op.ts'
import { pool, type Pool } from './pool.ts'
import { random, type Random } from './random.ts'
import { reduce, type Reduce } from './reduce.ts'
import { resize, type Resize } from './resize.ts'
import { shapeOps, type ShapeOps } from './shape.ts'

/** Every op there is: its name, inputs and attributes. */
export interface Signatures extends Elementwise, Reduce, ShapeOps, Linalg, Conv, Pool, Norm, Resize, Detection, IndexOps, Random, Control {}

/** The name of an op. */
export type OpName = keyof Signatures
/** How many inputs an op takes. */
export type Arity<K extends OpName> = Signatures[K] extends Sig<infer N, infer _> ? N : never
/** The attributes of an op. */
export type Attrs<K extends OpName> = Signatures[K]['attrs']

const families: Family<Signatures> = {
  ...elementwise,
  ...reduce,
  ...shapeOps,
  ...linalg,
  ...conv,
  ...pool,
  ...norm,
  ...resize,
  ...detection,
  ...indexOps,
  ...random,
  ...control,
}

/** An op as one who doesn't know its name sees it. */
export type AnyOp = Op<number, unknown>
export type Ops = Readonly<Record<OpName, AnyOp>>
export const ops = families as unknown as Ops

/** A meaning for the ops of some families over values V, with some context C. */
export type TableOf<S, V, C> = {
  [K in keyof S]: S[K] extends Sig<infer N, infer A> ? (x: Inputs<V, N>, attrs: A, context: C) => V | V[] : never
}
/** What an engine is: a meaning for every op. A missing one does not compile. */
export type Table<V, C> = TableOf<Signatures, V, C>
