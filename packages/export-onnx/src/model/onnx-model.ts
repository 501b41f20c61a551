import type { Shape, TypedArray } from '@portolan/core'

/** A model, as much of ONNX as is needed. */
export interface OnnxGraph {
  name: string
  nodes: OnnxNode[]
  initializers: OnnxTensor[]
  inputs: OnnxValue[]
  outputs: OnnxValue[]
}
export interface OnnxNode {
  op: string
  /** '' for the standard ops. */
  domain: string
  name: string
  inputs: string[]
  outputs: string[]
  attrs: Record<string, Attribute>
}
/** A plain number is an int. */
export type Attribute = number | readonly number[] | string | { float: number } | { floats: readonly number[] } | { graph: OnnxGraph }
/** Whether an attribute is the graph of a loop. */
export const isBody = (x: Attribute | undefined): x is { graph: OnnxGraph } => typeof x === 'object' && 'graph' in x
export interface OnnxTensor {
  name: string
  type: ElementType
  shape: Shape
  data: TypedArray | BigInt64Array | BigUint64Array | Uint32Array
}
export interface OnnxValue {
  name: string
  type: ElementType
  /** A string is a dimension left open. */
  shape: readonly (number | string)[]
}

/** The element types that we write, with their numbers in the format. */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, uint32: 12, uint64: 13 } as const
export type ElementType = keyof typeof elementTypes
