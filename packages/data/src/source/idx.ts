import { FormatError, ShapeError } from '@portolan/core'

/** Numbers of an IDX file, row-major. */
export interface IdxArray {
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
  readonly shape: readonly number[]
}

/** Options of `parseIdx`. */
export interface ParseIdxOptions {
  /** What to call the bytes in errors: a file's name. */
  readonly label?: string
  /** The most bytes the numbers may take; by default 2³⁰. */
  readonly maxBytes?: number
}

const MAX_RANK = 8

/** The type codes of the format: what holds the numbers, and how one is read and written, big-endian. */
const types = {
  0x08: { Kind: Uint8Array, get: DataView.prototype.getUint8, set: DataView.prototype.setUint8 },
  0x09: { Kind: Int8Array, get: DataView.prototype.getInt8, set: DataView.prototype.setInt8 },
  0x0b: { Kind: Int16Array, get: DataView.prototype.getInt16, set: DataView.prototype.setInt16 },
  0x0c: { Kind: Int32Array, get: DataView.prototype.getInt32, set: DataView.prototype.setInt32 },
  0x0d: { Kind: Float32Array, get: DataView.prototype.getFloat32, set: DataView.prototype.setFloat32 },
  0x0e: { Kind: Float64Array, get: DataView.prototype.getFloat64, set: DataView.prototype.setFloat64 },
} as const
const isType = (code: number): code is keyof typeof types => Object.hasOwn(types, code)
const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`

/**
 * Reads the IDX format, in which MNIST and its relatives come: two zero bytes, a type code, the number of axes, the length of
 * each axis as a 32-bit number, then the numbers; all big-endian.
 *
 * Numbers of type uint8 share the memory of `bytes`, others are copied. The bytes must be exactly as many as the header says.
 *
 * Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (1998), "The IDX file format".
 *
 * @throws FormatError that names the label and the byte offset of what is wrong.
 *
 * @example
 * const { data, shape } = parseIdx(await readFile('t10k-labels-idx1-ubyte'), { label: 't10k-labels-idx1-ubyte' })
 */
export function parseIdx(bytes: Uint8Array, { label = 'IDX data', maxBytes = 2 ** 30 }: ParseIdxOptions = {}): IdxArray {
  const fail = (offset: number, problem: string): never => {
    throw new FormatError(`${label}: ${problem} (at byte ${offset} of ${bytes.length}).`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) fail(0, 'this is gzip data, an IDX file begins with two zero bytes. Decompress it first')
  if (bytes.length < 4) fail(bytes.length, 'an IDX file begins with 4 bytes of magic number, these end before')
  if (bytes[0] || bytes[1]) fail(bytes[0] ? 0 : 1, `an IDX file begins with two zero bytes, got ${hex(bytes[0]!)} ${hex(bytes[1]!)}`)
  const code = bytes[2]!
  if (!isType(code))
    return fail(2, `the type of the numbers must be one of ${Object.keys(types).map(Number).map(hex).join(', ')}, got ${hex(code)}`)
  const rank = bytes[3]!
  if (rank < 1 || rank > MAX_RANK) fail(3, `there must be 1 to ${MAX_RANK} axes, got ${rank}`)
  const start = 4 + 4 * rank
  if (bytes.length < start) fail(bytes.length, `the header of ${rank} axes takes ${start} bytes, the file ends before`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const { Kind, get } = types[code]
  shape.forEach((length, axis) => {
    if (length >= 2 ** 31)
      fail(4 + 4 * axis, `axis ${axis} must have a length from 0 to 2^31 - 1, got ${length}, or ${length | 0} with a sign`)
  })
  const size = shape.reduce((a, b) => a * b, Kind.BYTES_PER_ELEMENT)
  if (size > maxBytes) fail(4, `the numbers of [${shape}] take ${size} bytes, no more than ${maxBytes} are allowed`)
  if (bytes.length < start + size)
    fail(bytes.length, `the numbers of [${shape}] take ${size} bytes after the header of ${start}, the file is truncated`)
  if (bytes.length > start + size) fail(start + size, `the numbers of [${shape}] end here, but ${bytes.length - start - size} bytes follow`)
  if (Kind === Uint8Array) return { data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, size), shape }
  const data = new Kind(size / Kind.BYTES_PER_ELEMENT)
  for (let i = 0; i < data.length; i++) data[i] = get.call(view, start + i * Kind.BYTES_PER_ELEMENT)
  return { data, shape }
}

/**
 * Writes the IDX format; the kind of typed array decides the type.
 *
 * @throws ShapeError when the numbers do not fill the shape or it has not 1 to 8 axes.
 *
 * @example
 * await writeFile('labels-idx1-ubyte', encodeIdx({ data: new Uint8Array([5, 0, 4]), shape: [3] }))
 */
export function encodeIdx({ data, shape }: IdxArray): Uint8Array {
  if (
    shape.length < 1 ||
    shape.length > MAX_RANK ||
    !shape.every(n => Number.isInteger(n) && n >= 0 && n < 2 ** 31) ||
    shape.reduce((a, b) => a * b, 1) !== data.length
  ) {
    throw new ShapeError(`encodeIdx: ${data.length} numbers must fill a shape of 1 to ${MAX_RANK} axes, got [${shape}].`)
  }
  const [code, { set }] = Object.entries(types).find(([, { Kind }]) => data instanceof Kind)!
  const start = 4 + 4 * shape.length
  const bytes = new Uint8Array(start + data.byteLength)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, Number(code), shape.length])
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length))
  for (let i = 0; i < data.length; i++) set.call(view, start + i * data.BYTES_PER_ELEMENT, data[i]!)
  return bytes
}
