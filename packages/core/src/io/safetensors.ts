import { DTypeError, FormatError, RangeError, ShapeError } from '../errors.ts'
import { allocate, size, type DType, type Shape, type TypedArray } from '../tensor/spec.ts'
import { parseSafetensorsHeader, safetensorsHeaderLength, type SafetensorsEntry } from './safetensors-header.ts'
import { convertStored, storedAs, storedTypes } from './safetensors-types.ts'

/** A tensor's numbers on the host, outside of any engine: what files hold. */
export interface HostTensor {
  readonly dtype: DType
  readonly shape: Shape
  /** Float32Array for float32, Int32Array for int32, Uint8Array for uint8 and bool. */
  readonly data: TypedArray
}
/** What a safetensors file holds. Both records have no prototype, so that any name is safe in them. */
export interface Safetensors {
  readonly tensors: Record<string, HostTensor>
  readonly metadata: Record<string, string>
}

/**
 * Writes named tensors in the safetensors format: 8 bytes of header length, a JSON header, the numbers.
 *
 * float32 and int32 come first, so that every tensor is aligned; otherwise the record's order is kept.
 * @throws ShapeError if a tensor's numbers don't fill its shape, DTypeError if they stand in another kind of array.
 * @see https://huggingface.co/docs/safetensors
 * @example
 * const bytes = encodeSafetensors({ bias: { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -1) } }, { epoch: '3' })
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const width = ([, { dtype }]: readonly [string, HostTensor]): number => storedTypes[storedAs[dtype]].bytes
  const entries = Object.entries(tensors)
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === '__metadata__')
      throw new RangeError('encodeSafetensors: "__metadata__" is the name of the metadata, not of a tensor. Rename it.')
    const kind = allocate(dtype, 0).constructor
    if (!(data instanceof kind))
      throw new DTypeError(`encodeSafetensors: "${name}" of ${dtype} must stand on ${kind.name}, got ${Object(data).constructor.name}.`)
    if (data.length !== size(shape))
      throw new ShapeError(`encodeSafetensors: "${name}" [${shape}] needs ${size(shape)} numbers, got ${data.length}.`)
  }
  entries.sort((a, b) => width(b) - width(a))

  const fields = Object.keys(metadata).length ? [`"__metadata__":${JSON.stringify(metadata)}`] : []
  let at = 0
  for (const [name, { dtype, shape, data }] of entries) {
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: storedAs[dtype], shape, data_offsets: [at, at + data.byteLength] })}`)
    at += data.byteLength
  }
  const json = new TextEncoder().encode(`{${fields.join()}}`)
  const headerLength = Math.ceil(json.length / 8) * 8

  const bytes = new Uint8Array(8 + headerLength + at)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  bytes.fill(0x20, 8 + json.length, 8 + headerLength).set(json, 8)
  at = 8 + headerLength
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/**
 * Reads a safetensors file's bytes, strictly.
 *
 * F32, I32, U8 and BOOL are taken as they are. F16, BF16 and F64 become float32; I8, I16, I64, U16, U32 and U64 become int32.
 * @param options `label`: what errors call the bytes: a file's name.
 * @throws FormatError, with the label and a byte offset, for anything that breaks the format, and for a number that float32 or int32 can't hold.
 * @example
 * const { tensors } = decodeSafetensors(bytes, { label: 'model.safetensors' })
 * tensors['fc.weight']?.shape // [10, 128]
 */
export function decodeSafetensors(bytes: Uint8Array, { label = 'safetensors' }: { label?: string } = {}): Safetensors {
  const length = safetensorsHeaderLength(bytes, bytes.length, label)
  const { entries, metadata } = parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length, label)
  const tensors: Record<string, HostTensor> = Object.create(null)
  for (const entry of entries) tensors[entry.name] = decodeEntry(entry, new Uint8Array(bytes.subarray(entry.begin, entry.end)), label)
  return { tensors, metadata }
}

/** One tensor from its own bytes, which it may keep. */
export function decodeEntry({ name, type, shape, begin }: SafetensorsEntry, bytes: Uint8Array<ArrayBuffer>, label: string): HostTensor {
  const { dtype } = storedTypes[type]
  const data = convertStored(type, bytes, (value, at) => {
    throw new FormatError(`${label}: "${name}" holds ${value} (${type}), which ${dtype} can't hold (byte ${begin + at}).`)
  })
  return { dtype, shape, data }
}
