import { FormatError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { isStoredType, storedTypes, type StoredType } from './safetensors-types.ts'

/** One tensor of a file: `begin` and `end` count from the file's first byte. */
export interface SafetensorsEntry {
  readonly name: string
  readonly type: StoredType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: Record<string, string>
}

const maxHeader = 100_000_000

/** The length of the JSON header, from the first 8 bytes of a file. @throws FormatError */
export function safetensorsHeaderLength(first: Uint8Array, fileSize: number, label: string): number {
  if (fileSize < 8 || first.length < 8)
    throw new FormatError(
      `${label}: a safetensors file starts with 8 bytes of header length, got ${fileSize} bytes in all (byte ${fileSize}). It is empty or truncated.`,
    )
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true)
  if (length > maxHeader)
    throw new FormatError(
      `${label}: the header length at byte 0 must be at most ${maxHeader}, got ${length}. This is not a safetensors file.`,
    )
  if (length > fileSize - 8)
    throw new FormatError(
      `${label}: the header length at byte 0 says ${length}, but only ${fileSize - 8} bytes follow. The file is truncated or not safetensors.`,
    )
  return Number(length)
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const isCounts = (x: unknown): x is number[] => Array.isArray(x) && x.every(n => Number.isSafeInteger(n) && n >= 0)

/**
 * Reads and checks the JSON header that follows the 8 bytes of its length: every tensor has a known type, its bytes fit
 * its shape, and all tensors together fill the rest of the file without holes or overlaps.
 * @throws FormatError
 */
export function parseSafetensorsHeader(header: Uint8Array, fileSize: number, label: string): SafetensorsHeader {
  const fail = (message: string, at: number, cause?: unknown): never => {
    throw new FormatError(`${label}: ${message} (byte ${at}).`, { cause })
  }
  let text = ''
  let json: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header)
    json = JSON.parse(text)
  } catch (cause) {
    fail('the header must be JSON in UTF-8', 8, cause)
  }
  if (!isObject(json)) return fail('the header must be a JSON object', 8)

  const byteOf = (index: number): number => 8 + new TextEncoder().encode(text.slice(0, index)).length
  const keys = outerKeys(text, (key, index) => fail(`key ${JSON.stringify(key)} appears twice in the header`, byteOf(index)))
  const dataStart = 8 + header.length
  const metadata: Record<string, string> = Object.create(null)
  const entries: SafetensorsEntry[] = []
  for (const [name, value] of Object.entries(json)) {
    const reject = (rule: string): never => fail(`${JSON.stringify(name)} ${rule}`, byteOf(keys.get(name) ?? 0))
    if (!isObject(value)) return reject(`must be an object, got ${JSON.stringify(value)?.slice(0, 80)}`)
    if (name === '__metadata__') {
      for (const [key, item] of Object.entries(value))
        metadata[key] =
          typeof item === 'string'
            ? item
            : reject(`must hold strings only, got ${JSON.stringify(item).slice(0, 80)} for ${JSON.stringify(key)}`)
      continue
    }
    const { dtype, shape, data_offsets: offsets } = value
    if (!isStoredType(dtype)) return reject(`has dtype ${JSON.stringify(dtype)}; it must be one of ${Object.keys(storedTypes).join(', ')}`)
    if (!isCounts(shape)) return reject(`must have a shape of whole numbers, got ${JSON.stringify(shape)?.slice(0, 80)}`)
    if (!isCounts(offsets) || offsets.length !== 2)
      return reject(`must have data_offsets [begin, end], got ${JSON.stringify(offsets)?.slice(0, 80)}`)
    const [begin, end] = offsets as [number, number]
    const needs = size(shape) * storedTypes[dtype].bytes
    if (end - begin !== needs)
      reject(`of ${dtype} [${shape}] needs ${needs} bytes, its data_offsets [${begin}, ${end}] give ${end - begin}`)
    entries.push({ name, type: dtype, shape, begin: dataStart + begin, end: dataStart + end })
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let filled = dataStart
  for (const { name, begin, end } of entries) {
    if (begin !== filled)
      fail(`the data of ${JSON.stringify(name)} must start where the tensor before it ends, at byte ${filled}, got ${begin}`, begin)
    filled = end
  }
  if (filled !== fileSize)
    fail(
      `the tensors end at byte ${filled}, the file has ${fileSize} bytes. It is truncated or has bytes of no tensor`,
      Math.min(filled, fileSize),
    )
  return { entries, metadata }
}

/** Where each key of the outer object stands. JSON.parse keeps the last of two equal keys silently: here `twice` hears of it, at any depth. */
function outerKeys(json: string, twice: (key: string, index: number) => never): Map<string, number> {
  const outer = new Map<string, number>()
  const open: Set<string>[] = []
  for (const { 0: token, 1: quoted, 2: colon, index } of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      const key = JSON.parse(quoted!) as string
      const keys = open.at(-1)!
      if (keys.has(key)) twice(key, index)
      keys.add(key)
      if (open.length === 1) outer.set(key, index)
    }
  }
  return outer
}
