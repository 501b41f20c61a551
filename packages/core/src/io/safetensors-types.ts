import type { DType, TypedArray } from '../tensor/spec.ts'

/** How a file stores an element type: its width, the element type it becomes here, and how one number is read. */
interface Stored {
  readonly bytes: number
  readonly dtype: DType
  readonly read: (view: DataView, at: number) => number
}

const high = 2 ** 32
const bits = new DataView(new ArrayBuffer(4))

/** IEEE 754 binary16: (-1)^s · 2^(e-15) · (1 + f/1024), with e = 0 for subnormals and e = 31 for infinities and NaN. */
function half(h: number): number {
  const sign = h & 0x8000 ? -1 : 1
  const exponent = (h >> 10) & 31
  const fraction = h & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
let halves: Float32Array | undefined

/** bfloat16 is the upper half of a float32. */
function bfloat(h: number): number {
  bits.setUint16(0, h)
  return bits.getFloat32(0)
}

export const storedTypes = {
  F32: { bytes: 4, dtype: 'float32', read: (v, at) => v.getFloat32(at, true) },
  F64: { bytes: 8, dtype: 'float32', read: (v, at) => v.getFloat64(at, true) },
  F16: {
    bytes: 2,
    dtype: 'float32',
    read: (v, at) => (halves ??= Float32Array.from({ length: 65536 }, (_, h) => half(h)))[v.getUint16(at, true)]!,
  },
  BF16: { bytes: 2, dtype: 'float32', read: (v, at) => bfloat(v.getUint16(at, true)) },
  I32: { bytes: 4, dtype: 'int32', read: (v, at) => v.getInt32(at, true) },
  I64: { bytes: 8, dtype: 'int32', read: (v, at) => v.getInt32(at + 4, true) * high + v.getUint32(at, true) },
  U64: { bytes: 8, dtype: 'int32', read: (v, at) => v.getUint32(at + 4, true) * high + v.getUint32(at, true) },
  U32: { bytes: 4, dtype: 'int32', read: (v, at) => v.getUint32(at, true) },
  I16: { bytes: 2, dtype: 'int32', read: (v, at) => v.getInt16(at, true) },
  U16: { bytes: 2, dtype: 'int32', read: (v, at) => v.getUint16(at, true) },
  I8: { bytes: 1, dtype: 'int32', read: (v, at) => v.getInt8(at) },
  U8: { bytes: 1, dtype: 'uint8', read: (v, at) => v.getUint8(at) },
  BOOL: { bytes: 1, dtype: 'bool', read: (v, at) => v.getUint8(at) },
} as const satisfies Record<string, Stored>

export type StoredType = keyof typeof storedTypes
export const isStoredType = (x: unknown): x is StoredType => typeof x === 'string' && Object.hasOwn(storedTypes, x)

/** The stored type that each of our element types is written as. */
export const storedAs = { float32: 'F32', int32: 'I32', uint8: 'U8', bool: 'BOOL' } as const satisfies Record<DType, StoredType>

const fits: Record<DType, (value: number) => boolean> = {
  float32: value => Number.isFinite(Math.fround(value)) || !Number.isFinite(value),
  int32: value => value === (value | 0),
  uint8: () => true,
  bool: value => value <= 1,
}

/**
 * The numbers of one stored tensor. `bytes` becomes the result's own memory where nothing has to be converted.
 * `outOfRange` is told of the first number that our element type can't hold; it must throw.
 */
export function convertStored(
  type: StoredType,
  bytes: Uint8Array<ArrayBuffer>,
  outOfRange: (value: number, at: number) => never,
): TypedArray {
  const { bytes: width, dtype, read } = storedTypes[type]
  const length = bytes.length / width
  if (type === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, length)
  if (type === 'I32') return new Int32Array(bytes.buffer, bytes.byteOffset, length)
  if (type === 'U8') return bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const data = dtype === 'float32' ? new Float32Array(length) : dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const value = read(view, i * width)
    if (!fits[dtype](value)) outOfRange(value, i * width)
    data[i] = value
  }
  return data
}
