import { PortolanError, RangeError, ShapeError } from '../errors.ts'

/** The element types that tensors compute in. */
export type DType = 'float32' | 'int32' | 'uint8' | 'bool'
/** The length of each axis. */
export type Shape = readonly number[]
/** Numbers on the host: Float32Array for float32, Int32Array for int32, Uint8Array for uint8 and bool. */
export type TypedArray = Float32Array | Int32Array | Uint8Array

/** What is known about a tensor before it has a value. */
export interface Spec {
  readonly shape: Shape
  readonly dtype: DType
}

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array } as const

export const isDType = (x: unknown): x is DType => typeof x === 'string' && Object.hasOwn(arrays, x)
/** How many numbers a shape has: the product of its sides. */
export const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)
/** Whether two shapes have the same sides. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])
/** [0, 1, …, n − 1] */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
export const isFloat = ({ dtype }: { dtype: DType }): boolean => dtype === 'float32'

/** @throws ShapeError unless every length is an integer ≥ 0. */
export function checkShape(shape: Shape): void {
  if (!shape.every(d => Number.isInteger(d) && d >= 0)) throw new ShapeError(`shape: lengths must be integers ≥ 0, got [${shape}]`)
}

/** Zeros of an element type. */
export const allocate = (dtype: DType, length: number): TypedArray => new arrays[dtype](length)

const wholeRanges: Partial<Record<DType, readonly [low: number, high: number]>> = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] }

/** @throws RangeError for a number that an element type does not hold; bool takes what is not 0 for true. */
export function checkNumber(who: string, v: number, dtype: DType, at = ''): void {
  const held = wholeRanges[dtype]
  if (held && !(Number.isInteger(v) && v >= held[0] && v <= held[1]))
    throw new RangeError(
      `${who}: ${dtype} holds whole numbers from ${held[0]} to ${held[1]}, got ${v}${at}. Compute in float32, or make it one of these: Math.round(v), x.round().cast('${dtype}')`,
    )
}

/** Numbers as the array of their element type. @throws PortolanError if a typed array of another kind is given, RangeError for a number that the type does not hold. */
export function toTypedArray(data: ArrayLike<number>, dtype: DType): TypedArray {
  const Kind = arrays[dtype]
  if (dtype === 'bool' && (data instanceof Uint8Array || !ArrayBuffer.isView(data))) return Uint8Array.from(data, v => (v ? 1 : 0)) // engines differ about 2
  if (data instanceof Kind) return data
  if (ArrayBuffer.isView(data))
    throw new PortolanError(
      `tensor: dtype ${dtype} stands on ${Kind.name}, got ${data.constructor.name}. Convert it, or name another dtype.`,
    )
  for (let i = 0; i < data.length; i++) checkNumber('tensor', data[i]!, dtype, ` at ${i}`)
  return Kind.from(data)
}

/** Numbers in an array of their element type, whatever they stand in; the same array if it is one. */
export const asTypedArray = (data: ArrayLike<number>, dtype: DType): TypedArray =>
  data instanceof arrays[dtype] ? data : arrays[dtype].from(data)

/** The element type that a typed array stands for by itself. */
export function dtypeOf(data: ArrayLike<number>): DType {
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint8Array) return 'uint8'
  return 'float32'
}

/** numpy's broadcasting: axes are matched from the right, 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return range(rank).map(i => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(
        `cannot broadcast [${a}] with [${b}]: axis ${i} has ${x} and ${y}. Axes are matched from the last one: reshape so that each pair is equal or has a 1.`,
      )
    return x === 1 ? y : x
  })
}

/** One axis as a non-negative number. */
export function axisOf(rank: number, axis: number): number {
  const a = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || a < 0 || a >= rank)
    throw new ShapeError(`axis: a tensor of rank ${rank} has ${rank ? `${-rank} … ${rank - 1}` : 'none'}, got ${axis}`)
  return a
}

/** Axes as non-negative numbers, each once, ascending; none given means all. */
export function axesOf(rank: number, axes?: number | readonly number[]): number[] {
  if (axes === undefined) return range(rank)
  const list = (typeof axes === 'number' ? [axes] : axes).map(a => axisOf(rank, a))
  if (new Set(list).size !== list.length) throw new ShapeError(`axes: each must be named once, got [${axes}]`)
  return list.sort((a, b) => a - b)
}

/** A shape in which one axis may be -1, filled in. */
export function fillShape(shape: Shape, total: number): number[] {
  const open = shape.filter(d => d === -1).length
  const known = shape.reduce((a, d) => (d === -1 ? a : a * d), 1)
  if (open > 1 || (open === 1 && (known === 0 || total % known))) throw new ShapeError(`[${shape}] cannot hold ${total} elements`)
  return shape.map(d => (d === -1 ? total / known : d))
}
