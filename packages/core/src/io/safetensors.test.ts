import { describe, expect, it } from 'vitest'
import { DTypeError, FormatError, RangeError, ShapeError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { decodeSafetensors, encodeSafetensors, type HostTensor, type Safetensors } from './safetensors.ts'

const tensors: Record<string, HostTensor> = {
  mask: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  'fc.weight': { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2.5, NaN, Infinity) },
  ids: { dtype: 'int32', shape: [1, 2], data: Int32Array.of(-7, 2147483647) },
  pixels: { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) },
  scalar: { dtype: 'float32', shape: [], data: Float32Array.of(3) },
  none: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
}

/** A file from its parts: the 8 bytes of length, the header, the data. */
function file(header: string | object, data: ArrayLike<number> = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}
const one = (dtype: string, shape: number[], data: number[]) => file({ t: { dtype, shape, data_offsets: [0, data.length] } }, data)
/** Any other error is no answer to bad bytes. */
function attempt(bytes: Uint8Array): Safetensors | FormatError {
  try {
    return decodeSafetensors(bytes)
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
}
const values = (bytes: Uint8Array) => decodeSafetensors(bytes).tensors['t']!

describe('encodeSafetensors', () => {
  it('writes these bytes', () => {
    const json = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}'
    expect(json.length).toBe(106) // and so 6 spaces up to 112
    const expected = [0x70, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(json + '      '), 0x00, 0x00, 0x80, 0x3f, 0x07, 0x09]
    const bytes = encodeSafetensors({
      b: { dtype: 'uint8', shape: [2], data: Uint8Array.of(7, 9) },
      a: { dtype: 'float32', shape: [1], data: Float32Array.of(1) },
    })
    expect([...bytes]).toEqual(expected)
  })

  it('is read back as it was', () => {
    const back = decodeSafetensors(encodeSafetensors(tensors, { format: 'pt', note: '×"\\' }))
    expect(back.tensors).toEqual(tensors)
    expect(Object.keys(back.tensors)).toEqual(['fc.weight', 'ids', 'scalar', 'none', 'mask', 'pixels'])
    expect(back.metadata).toEqual({ format: 'pt', note: '×"\\' })
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} })
  })

  it('writes only the part of a buffer that a view shows', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(decodeSafetensors(encodeSafetensors({ t: { dtype: 'float32', shape: [2], data } })).tensors['t']!.data).toEqual(
      Float32Array.of(2, 3),
    )
  })

  it('refuses what it could not read back', () => {
    const data = Float32Array.of(1, 2)
    expect(() => encodeSafetensors({ w: { dtype: 'float32', shape: [3], data } })).toThrow(
      new ShapeError('encodeSafetensors: "w" [3] needs 3 numbers, got 2.'),
    )
    expect(() => encodeSafetensors({ w: { dtype: 'int32', shape: [2], data } })).toThrow(
      new DTypeError('encodeSafetensors: "w" of int32 must stand on Int32Array, got Float32Array.'),
    )
    expect(() => encodeSafetensors({ __metadata__: { dtype: 'float32', shape: [2], data } })).toThrow(RangeError)
  })
})

describe('decodeSafetensors', () => {
  it('takes a view into a larger buffer, and shares no memory with it', () => {
    const bytes = encodeSafetensors(tensors)
    const padded = Buffer.concat([Uint8Array.of(9), bytes])
    const back = decodeSafetensors(padded.subarray(1))
    padded.fill(0)
    expect(back.tensors).toEqual(tensors)
  })

  // Bit patterns by hand from IEEE 754: sign | exponent | fraction.
  it.each<[string, number[], string, number[]]>([
    ['F16', [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c, 0x00, 0x7e], 'float32', [1, -2, 2 ** -24, 65504, Infinity, NaN]],
    ['BF16', [0x80, 0x3f, 0x20, 0xc0, 0x80, 0x7f], 'float32', [1, -2.5, Infinity]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0xf0, 0xff], 'float32', [1.5, -Infinity]],
    [
      'I64',
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff],
      'int32',
      [-1, 2147483647, -2147483648],
    ],
    ['I16', [0xfe, 0xff, 0x00, 0x01], 'int32', [-2, 256]],
    ['I8', [0xfe, 0x7f], 'int32', [-2, 127]],
    ['U16', [0xff, 0xff], 'int32', [65535]],
    ['U32', [5, 0, 0, 0], 'int32', [5]],
    ['U64', [5, 0, 0, 0, 0, 0, 0, 0], 'int32', [5]],
  ])('converts %s', (type, data, dtype, numbers) => {
    const tensor = values(one(type, [numbers.length], data))
    expect(tensor.dtype).toBe(dtype)
    expect([...tensor.data]).toEqual(numbers)
  })

  it.each<[string, number[], string]>([
    ['F64', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0, 0xc8, 0xeb, 0x85, 0xf3, 0xcc, 0xe1, 0x7f], '1e+308'],
    ['I64', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0], '2147483648'],
    ['U32', [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], '4294967295'],
    ['BOOL', [1, 2], '2'],
  ])('refuses a %s that does not fit', (type, data, shown) => {
    const bytes = one(type, [2], data)
    const at = bytes.length - data.length / 2
    expect(() => decodeSafetensors(bytes, { label: 'a.st' })).toThrow(
      new RegExp(`^a\\.st: "t" holds ${shown.replace('+', '\\+')} \\(${type}\\), which .* can't hold \\(byte ${at}\\)`),
    )
  })

  const t = (fields: object) => ({ dtype: 'U8', shape: [2], data_offsets: [0, 2], ...fields })
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /starts with 8 bytes of header length, got 0/],
    [
      'a length beyond the file',
      Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d),
      /header length at byte 0 says 200, but only 2 bytes follow/,
    ],
    ['an absurd length', new Uint8Array(16).fill(255), /must be at most 100000000, got 18446744073709551615/],
    ['no JSON', file('{"t":'), /must be JSON in UTF-8 \(byte 8\)/],
    ['no UTF-8', file('{}').fill(0xff, 8), /must be JSON in UTF-8/],
    ['a byte order mark', file('\ufeff{}'), /must be JSON in UTF-8/],
    ['no object', file('[]'), /must be a JSON object/],
    [
      'a name twice',
      file(`{"é":${JSON.stringify(t({}))},"\\u00e9":${JSON.stringify(t({}))}}`, [1, 2]),
      /key "é" appears twice in the header \(byte 62\)/,
    ],
    ['a field twice', file('{"t":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'), /key "dtype" appears twice/],
    ['an unknown type', file({ t: t({ dtype: 'F8_E4M3' }) }, [1, 2]), /"t" has dtype "F8_E4M3"; it must be one of F32/],
    ['an inherited type', file({ t: t({ dtype: 'constructor' }) }, [1, 2]), /has dtype "constructor"/],
    ['no type', file({ t: t({ dtype: undefined }) }, [1, 2]), /has dtype undefined/],
    ['a negative axis', file({ t: t({ shape: [-1, -2] }) }, [1, 2]), /shape of whole numbers, got \[-1,-2\]/],
    ['a fractional axis', file({ t: t({ shape: [0.5, 4] }) }, [1, 2]), /shape of whole numbers/],
    ['one offset', file({ t: t({ data_offsets: [2] }) }, [1, 2]), /must have data_offsets \[begin, end\], got \[2\]/],
    ['offsets reversed', file({ t: t({ data_offsets: [2, 0] }) }, [1, 2]), /needs 2 bytes, its data_offsets \[2, 0\] give -2/],
    [
      'a shape of other size',
      file({ t: t({ shape: [3] }) }, [1, 2]),
      /"t" of U8 \[3\] needs 3 bytes, its data_offsets \[0, 2\] give 2 \(byte 9\)/,
    ],
    ['a huge shape', file({ t: t({ shape: Array(40).fill(9e15) }) }, [1, 2]), /needs Infinity bytes/],
    [
      'a hole',
      file({ t: t({}), u: t({ data_offsets: [3, 5] }) }, [1, 2, 3, 4, 5]),
      /"u" must start where the tensor before it ends, at byte 115, got 116/,
    ],
    ['an overlap', file({ t: t({}), u: t({ data_offsets: [1, 3] }) }, [1, 2, 3]), /"u" must start where the tensor before it ends/],
    ['bytes left over', file({ t: t({}) }, [1, 2, 3]), /end at byte 63, the file has 64 bytes/],
    ['data cut off', file({ t: t({}) }, [1]), /end at byte 63, the file has 62 bytes/],
    ['metadata of numbers', file({ __metadata__: { epoch: 3 } }), /"__metadata__" must hold strings only, got 3 for "epoch"/],
    ['a tensor that is a list', file({ t: [1] }), /"t" must be an object, got \[1\]/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, { label: 'model.safetensors' })).toThrow(FormatError)
    expect(() => decodeSafetensors(bytes, { label: 'model.safetensors' })).toThrow(/^model\.safetensors: /)
    expect(() => decodeSafetensors(bytes)).toThrow(message)
  })

  it('takes __proto__ for a name like any other', () => {
    const { tensors, metadata } = decodeSafetensors(
      file('{"__metadata__":{"__proto__":"m"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [4]),
    )
    expect(Object.keys(tensors)).toEqual(['__proto__'])
    expect(tensors['__proto__']!.data).toEqual(Uint8Array.of(4))
    expect(metadata['__proto__']).toBe('m')
    expect(decodeSafetensors(encodeSafetensors(tensors, metadata))).toEqual({ tensors, metadata })
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined()
  })

  it('stays sound under 2,000 mutations: a FormatError, or tensors that fill their shapes', () => {
    let state = 1
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    const good = encodeSafetensors(tensors, { format: 'pt' })
    const dataStart = 8 + good[0]! + 256 * good[1]!
    let refused = 0
    const unsound: HostTensor[] = []
    for (let i = 0; i < 2000; i++) {
      const cut = random(8) === 0 ? random(good.length) : good.length
      const bytes = good.slice(0, cut)
      for (let k = random(4); k >= 0; k--) {
        // one in four falls on the length, the rest mostly on the header
        const at = random(4) === 0 ? random(8) : random(dataStart + 8)
        if (at < bytes.length) bytes[at] = random(2) ? random(256) : '{}[]",:0129-F'.charCodeAt(random(13))
      }
      const outcome = attempt(bytes)
      if (outcome instanceof Error) refused++
      else unsound.push(...Object.values(outcome.tensors).filter(t => t.data.length !== size(t.shape)))
    }
    expect(unsound).toEqual([])
    expect(refused).toBeGreaterThan(1000)
    expect(refused).toBeLessThan(2000)
  })
})
