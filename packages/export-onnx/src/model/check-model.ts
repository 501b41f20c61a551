import { FormatError } from '@portolan/core'

/** What stands in a field: another message, packed or single whole numbers, or bytes that are not looked into. */
type Kind = keyof typeof messages | 'int' | 'bytes'

// Field numbers of the messages in the ONNX format (onnx.proto) that can nest or hold numbers; other fields are skipped.
const messages = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 13: 'value', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 14: 'type', 15: 'type', 22: 'sparse', 23: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  sparse: { 1: 'tensor', 2: 'tensor', 3: 'int' },
  value: { 2: 'type' },
  type: { 1: 'tensorType', 4: 'element', 5: 'map', 8: 'tensorType', 9: 'element' },
  element: { 1: 'type' },
  map: { 2: 'type' },
  tensorType: {},
  tensor: { 1: 'int', 2: 'int', 4: 'bytes', 5: 'int', 6: 'bytes', 7: 'int', 9: 'bytes', 10: 'bytes', 11: 'int', 13: 'entry', 14: 'int' },
  entry: { 1: 'bytes', 2: 'bytes' },
} as const satisfies Record<string, Record<number, string>>

/** Bits of an element, by the number of its type; strings (8) have no width. */
const bits: Readonly<Record<number, number>> = { 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4 } // prettier-ignore
const rawData = 9
const maxDepth = 64
const maxDense = 2 ** 28

export interface CheckModelOptions {
  /** What errors call it: the file's name. */
  label: string
  /** Whether weights may stand in other files of the model's folder; default false. */
  external?: boolean
}

/**
 * Looks through the bytes of an ONNX file before a runtime is given them: messages end where they say, nest no deeper than 64, every
 * tensor has as many numbers as its shape says, and weights in other files stay in the model's folder. So nothing is allocated that is
 * not in the file.
 * @throws FormatError with the label and the byte offset.
 */
export function checkModel(bytes: Uint8Array, { label, external = false }: CheckModelOptions): void {
  const fail = (what: string, at: number): never => {
    throw new FormatError(`${label}: ${what} (byte ${at}). This is no ONNX model, or it is damaged.`)
  }
  /** A whole number at `at`, exact below 2⁵³, and where it ends. */
  const varint = (at: number, end: number): [value: number, end: number] => {
    let value = 0
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) fail('a number is cut off', at)
      const byte = bytes[at + i]!
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return [value >= 2 ** 63 ? value - 2 ** 64 : value, at + i + 1]
    }
    return fail('a number has more than 10 bytes', at)
  }

  function walk(kind: keyof typeof messages, from: number, end: number, depth: number): void {
    if (depth > maxDepth) fail(`messages nest deeper than ${maxDepth}`, from)
    const fields: Readonly<Record<number, Kind>> = messages[kind]
    const numbers = new Map<number, { count: number; all: number[] }>()
    const texts = new Map<number, { from: number; end: number }>()
    for (let at = from; at < end;) {
      const start = at
      const [tag, body] = varint(at, end)
      const [field, wire] = [Math.floor(tag / 8), tag & 7]
      if (field < 1 || field >= 2 ** 29) fail(`a field must have a number from 1 to 2^29 - 1, got ${field}`, start)
      const seen = numbers.get(field) ?? { count: 0, all: [] }
      if (wire === 0) {
        const [value, next] = varint(body, end)
        seen.count++
        if (fields[field] === 'int') seen.all.push(value)
        at = next
      } else if (wire === 1 || wire === 5) {
        seen.count++
        at = body + (wire === 1 ? 8 : 4)
      } else if (wire === 2) {
        const [length, first] = varint(body, end)
        if (length < 0 || length > end - first) fail(`field ${field} must fit into the ${end - first} bytes left, got ${length}`, start)
        at = first + length
        const inner = fields[field]
        if (inner === 'int') {
          for (let i = first; i < at;) {
            const [value, next] = varint(i, at)
            seen.count++
            if (seen.all.length < 64) seen.all.push(value)
            i = next
          }
        } else if (inner === 'bytes') {
          texts.set(field, { from: first, end: at })
          seen.count += kind === 'tensor' && field === 4 ? length / 4 : kind === 'tensor' && field === 10 ? length / 8 : 1
        } else if (inner !== undefined) {
          walk(inner, first, at, depth + 1)
          if (inner === 'entry') seen.count++
        }
      } else fail(`a field must be of kind 0, 1, 2 or 5, got ${wire}`, start)
      if (at > end) fail(`field ${field} ends after what it stands in`, start)
      numbers.set(field, seen)
    }
    if (kind === 'tensor') checkTensor(numbers, texts, from)
    if (kind === 'entry') checkEntry(texts, from)
    const dense = kind === 'sparse' ? (numbers.get(3)?.all ?? []).reduce((a, b) => a * b, 1) : 0
    if (!(dense >= 0 && dense <= maxDense))
      fail(`a sparse tensor must have at most ${maxDense} numbers when it is filled up, got ${dense}`, from)
  }

  function checkTensor(
    numbers: Map<number, { count: number; all: number[] }>,
    texts: Map<number, { from: number; end: number }>,
    from: number,
  ): void {
    const dims = numbers.get(1)?.all ?? []
    const size = dims.reduce((a, b) => a * b, 1)
    if (dims.length > 32 || !dims.every(d => d >= 0) || !(size < 2 ** 48))
      fail(`a tensor must have at most 32 axes and 2^48 numbers, got [${dims.slice(0, 33)}]`, from)
    const type = numbers.get(2)?.all.at(-1) ?? 0
    if (type !== 8 && !bits[type]) fail(`a tensor must be of a type that ONNX has, got ${type}`, from)
    if (numbers.get(14)?.all.at(-1) === 1) {
      if (!external) fail('weights in other files can only be read beside a model that is a file itself', from)
      return
    }
    const raw = texts.get(rawData)
    if (raw) {
      const needs = Math.ceil((size * (bits[type] ?? NaN)) / 8)
      if (raw.end - raw.from !== needs) fail(`a tensor [${dims}] needs ${needs} bytes, got ${raw.end - raw.from}`, raw.from)
      return
    }
    const packed = (bits[type] ?? 0) < 8 ? 2 : 1 // several small numbers in one
    const parts = type === 14 || type === 15 ? 2 : 1 // complex numbers
    const count = Math.max(...[4, 5, 6, 7, 10, 11].map(f => numbers.get(f)?.count ?? 0))
    if (count !== Math.ceil((size * parts) / packed)) fail(`a tensor [${dims}] needs ${size * parts} numbers, got ${count}`, from)
  }

  function checkEntry(texts: Map<number, { from: number; end: number }>, from: number): void {
    const text = (field: number): string => {
      const t = texts.get(field)
      return t ? new TextDecoder().decode(bytes.subarray(t.from, t.end)) : ''
    }
    if (text(1) !== 'location') return
    const path = text(2)
    if (!path || /^[/\\]|^[a-z]:|\0/i.test(path) || path.split(/[/\\]/).includes('..'))
      fail(`weights must stand in the model's own folder, got ${JSON.stringify(path.slice(0, 200))}`, from)
  }

  if (!bytes.length) fail('the file is empty', 0)
  walk('model', 0, bytes.length, 0)
}
