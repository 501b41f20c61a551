import { FormatError, HostRng, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { encodeIdx, parseIdx, type IdxArray } from './idx.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.split(' ').map(b => parseInt(b, 16)))

describe('parseIdx', () => {
  it('reads what the format says, byte by byte', () => {
    expect(parseIdx(bytes('00 00 08 01 00 00 00 03 05 00 ff'))).toEqual({ data: Uint8Array.of(5, 0, 255), shape: [3] })
    expect(parseIdx(bytes('00 00 09 01 00 00 00 02 80 7f'))).toEqual({ data: Int8Array.of(-128, 127), shape: [2] })
    expect(parseIdx(bytes('00 00 0b 01 00 00 00 02 01 02 ff fe'))).toEqual({ data: Int16Array.of(258, -2), shape: [2] })
    expect(parseIdx(bytes('00 00 0c 01 00 00 00 01 80 00 00 01'))).toEqual({ data: Int32Array.of(-2147483647), shape: [1] })
    expect(parseIdx(bytes('00 00 0d 02 00 00 00 01 00 00 00 02 3f c0 00 00 c0 00 00 00'))).toEqual({
      data: Float32Array.of(1.5, -2),
      shape: [1, 2],
    })
    expect(parseIdx(bytes('00 00 0e 01 00 00 00 01 3f f8 00 00 00 00 00 00'))).toEqual({ data: Float64Array.of(1.5), shape: [1] })
  })

  it('reads from the middle of a larger buffer and shares its memory', () => {
    const buffer = Buffer.concat([Buffer.from('xyz'), bytes('00 00 08 01 00 00 00 02 07 08')])
    const { data } = parseIdx(buffer.subarray(3))
    expect(data).toEqual(Uint8Array.of(7, 8))
    expect(data.buffer).toBe(buffer.buffer)
    expect(data.constructor).toBe(Uint8Array)
  })

  it('reads an axis of length 0', () => {
    expect(parseIdx(bytes('00 00 08 02 00 00 00 00 00 00 00 1c'))).toEqual({ data: new Uint8Array(0), shape: [0, 28] })
  })

  it.each([
    ['nothing', '', 0, /begins with 4 bytes of magic number/],
    ['half a magic number', '00 00 08', 3, /begins with 4 bytes of magic number/],
    ['a first byte that is not 0', '01 00 08 01 00 00 00 00', 0, /two zero bytes, got 0x01 0x00/],
    ['a second byte that is not 0', '00 01 08 01 00 00 00 00', 1, /two zero bytes, got 0x00 0x01/],
    ['the magic number in little-endian', '03 08 00 00 00 00 00 00', 0, /two zero bytes/],
    ['gzip data', '1f 8b 08 08 00 00 00 00', 0, /this is gzip data/],
    ['an unknown type', '00 00 0a 01 00 00 00 00', 2, /must be one of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, got 0x0a/],
    ['no axes', '00 00 08 00 05', 3, /1 to 8 axes, got 0/],
    ['too many axes', '00 00 08 ff 00 00 00 00', 3, /1 to 8 axes, got 255/],
    ['a header cut off', '00 00 08 02 00 00 00 01 00 00', 10, /header of 2 axes takes 12 bytes/],
    ['a negative length', '00 00 08 01 ff ff ff ff', 4, /got 4294967295, or -1 with a sign/],
    ['a negative second length', '00 00 08 02 00 00 00 00 80 00 00 00', 8, /axis 1 must have a length from 0 to 2\^31 - 1/],
    ['a huge length', '00 00 08 01 7f ff ff ff 01', 4, /take 2147483647 bytes, no more than 1073741824 are allowed/],
    ['lengths of a huge product', '00 00 08 02 7f ff ff ff 7f ff ff ff', 4, /no more than 1073741824 are allowed/],
    ['a huge product that wraps to 0 in 32 bits', '00 00 08 02 00 01 00 00 00 01 00 00', 4, /take 4294967296 bytes/],
    ['numbers cut off', '00 00 0c 01 00 00 00 02 00 00 00 01 00 00 00', 15, /take 8 bytes after the header of 8, the file is truncated/],
    ['bytes left over', '00 00 08 01 00 00 00 01 05 06', 9, /end here, but 1 bytes follow/],
  ])('refuses %s', (_, hex, offset, message) => {
    const input = hex ? bytes(hex) : new Uint8Array(0)
    const read = (): IdxArray => parseIdx(input, { label: 'digits.idx' })
    expect(read).toThrow(FormatError)
    expect(read).toThrow(message)
    expect(read).toThrow(`digits.idx: `)
    expect(read).toThrow(`(at byte ${offset} of ${input.length}).`)
  })

  it('keeps to a cap of its own', () => {
    const four = bytes('00 00 0c 01 00 00 00 01 00 00 00 01')
    expect(parseIdx(four, { maxBytes: 4 }).data.length).toBe(1)
    expect(() => parseIdx(four, { maxBytes: 3 })).toThrow(/take 4 bytes, no more than 3/)
  })
})

describe('encodeIdx', () => {
  const numbers = [-3, -1, 0, 1, 2, 100]
  it.each([Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array])('is undone by parseIdx for %o', Kind => {
    for (const shape of [[6], [2, 3], [1, 1, 2, 1, 3, 1, 1, 1]]) {
      const array: IdxArray = { data: Kind.from(numbers), shape }
      expect(parseIdx(encodeIdx(array))).toEqual(array)
    }
    expect(parseIdx(encodeIdx({ data: new Kind(0), shape: [0, 5] }))).toEqual({ data: new Kind(0), shape: [0, 5] })
  })

  it('writes the magic numbers of MNIST', () => {
    const magic = (array: IdxArray): number => new DataView(encodeIdx(array).buffer).getUint32(0)
    expect([magic({ data: new Uint8Array(1), shape: [1] }), magic({ data: new Uint8Array(1), shape: [1, 1, 1] })]).toEqual([2049, 2051])
  })

  it.each([[[]], [[5]], [[-2, -3]], [[1.5, 4]], [[1, 1, 1, 1, 1, 1, 1, 1, 6]]])('refuses six numbers in the shape %o', shape => {
    expect(() => encodeIdx({ data: new Uint8Array(6), shape })).toThrow(ShapeError)
  })
})

const attempt = (bytes: Uint8Array): IdxArray | Error => {
  try {
    return parseIdx(bytes)
  } catch (error) {
    return error as Error
  }
}

it('answers changed bytes with an array that fits them or a FormatError, never with anything else', () => {
  const rng = new HostRng(2024)
  const kinds = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array] as const
  let refused = 0
  for (let i = 0; i < 2000; i++) {
    const Kind = kinds[i % kinds.length]!
    const shape = Array.from({ length: 1 + rng.integer(3) }, () => rng.integer(4))
    const good = encodeIdx({ data: Kind.from(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.integer(128))), shape })
    let changed = Uint8Array.from(good)
    for (let changes = 1 + rng.integer(3); changes > 0; changes--) {
      const at = rng.integer(changed.length + 1)
      const how = rng.integer(4)
      if (how === 0) changed = changed.slice(0, at)
      else if (how === 1) changed = Uint8Array.of(...changed.subarray(0, at), rng.integer(256), ...changed.subarray(at))
      else if (at < changed.length) changed[at] = how === 2 ? rng.integer(256) : changed[at]! ^ (1 << rng.integer(8))
    }
    const outcome = attempt(changed)
    if (outcome instanceof Error) refused++
    // What is read holds all there is: written again it gives the same bytes. What is refused is refused in our words.
    const sound =
      outcome instanceof Error
        ? outcome instanceof FormatError && /\(at byte \d+ of \d+\)\.$/.test(outcome.message)
        : Buffer.compare(encodeIdx(outcome), changed) === 0
    expect({ i, sound, outcome }).toMatchObject({ sound: true })
  }
  expect(Math.min(refused, 2000 - refused)).toBeGreaterThan(200)
})
