/** What the header of a JPEG says. */
export interface JpegHeader {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** As in Exif: 1 upright, 2 … 8 turned or mirrored. */
  readonly orientation: number
  /** 8 bits, Huffman-coded, grey or YCbCr, with an end: what every decoder reads alike. */
  readonly plain: boolean
}

/** Orientation of an Exif block, 1 unless it says another. */
function orientationOf(exif: DataView): number {
  if (exif.byteLength < 14 || exif.getUint32(0) !== 0x45786966) return 1 // "Exif"
  const little = exif.getUint16(6) === 0x4949
  const directory = 6 + exif.getUint32(10, little)
  if (directory + 2 > exif.byteLength) return 1
  const entries = exif.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    if (entry + 12 > exif.byteLength) return 1
    if (exif.getUint16(entry, little) === 0x0112) return exif.getUint16(entry + 8, little) || 1
  }
  return 1
}

/** The header of a JPEG, or undefined if it has none that makes sense. */
export function jpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ends = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9
  let [orientation, adobe] = [1, -1]
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at++
      continue
    }
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length || marker === 0xda || marker === 0xd9) return undefined
    if (marker === 0xe1) orientation = orientationOf(new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 2))
    if (marker === 0xee && length >= 14) adobe = bytes[at + 15]!
    // Frames: C0 … CF but for tables (C4), a reserved one (C8) and arithmetic coding (CC).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (length < 8) return undefined
      const channels = bytes[at + 9]!
      const coloured = channels === 1 || (channels === 3 && adobe !== 0)
      const plain = ends && marker <= 0xc2 && bytes[at + 4] === 8 && coloured
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels, orientation, plain }
    }
    at = end
  }
  return undefined
}
