import { FormatError, RangeError } from '@portolan/core'
import sharp from 'sharp'
import { firstLine } from './decode-image.ts'
import { PixelView } from '../transform/pixel-view.ts'

/** Classes by their colours: class i has `colors[i]`, red, green and blue from 0 to 255. */
export type ColorMap = readonly (readonly [r: number, g: number, b: number])[]

/** How masks are decoded. */
export interface MaskOptions {
  /** For masks in colours: which class each is. Without it, grey values and places in a PNG's palette are the classes. */
  readonly colors?: ColorMap
  /** Classes are 0 … classes − 1; a pixel of another is an error, unless it is `ignore`. */
  readonly classes?: number
  /** A value that stands for no class. */
  readonly ignore?: number
  readonly maxPixels?: number
}

const key = (r: number, g: number, b: number): number => (r << 16) | (g << 8) | b

/** @throws RangeError when two classes have one colour, or one is no colour. */
export function checkColors(what: string, colors: ColorMap): void {
  const seen = new Map<number, number>()
  colors.forEach((color, i) => {
    if (color.length !== 3 || !color.every(v => Number.isInteger(v) && v >= 0 && v <= 255))
      throw new RangeError(`${what}: colors[${i}] must be three numbers from 0 to 255, got [${color.join()}].`)
    const before = seen.get(key(...color))
    if (before !== undefined) throw new RangeError(`${what}: colors[${i}] is [${color.join()}], as colors[${before}] is.`)
    seen.set(key(...color), i)
  })
}

/** The colours of a PNG's palette; undefined if it has none. */
function paletteOf(bytes: Uint8Array): ColorMap | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 33 || view.getUint32(0) !== 0x89504e47 || bytes[25] !== 3) return undefined
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) !== 0x504c5445) continue // "PLTE"
    if (at + 8 + length > bytes.length) return undefined
    return Array.from(
      { length: length / 3 },
      (_, i) => [...bytes.subarray(at + 8 + 3 * i, at + 11 + 3 * i)] as unknown as [number, number, number],
    )
  }
  return undefined
}

/** What decoding multiplies grey values of a PNG by: less than 8 bits are spread over 0 … 255. @throws FormatError for 16 bits. */
function spreadOf(file: string, bytes: Uint8Array): number {
  if (bytes[0] !== 0x89 || bytes[25] !== 0) return 1
  const bits = bytes[24]!
  if (bits > 8) throw new FormatError(`${file}: masks have 8 bits a pixel or fewer, this one has ${bits} (at byte 24 of ${bytes.length}).`)
  return 255 / (2 ** bits - 1)
}

/**
 * Reads a label map: the class of each pixel, int32 `[h, w]`.
 *
 * @throws FormatError that names the file, and where a pixel has no class, its row, column and value.
 */
export async function decodeMask(
  file: string,
  bytes: Uint8Array,
  { colors, classes, ignore, maxPixels = 2 ** 26 }: MaskOptions,
): Promise<PixelView> {
  const decoded = await sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels, ignoreIcc: true })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new FormatError(`${file}: this is no readable mask (${firstLine(cause)}); it has ${bytes.length} bytes.`, {
        cause,
      })
    })
  const { data, info } = decoded
  const map = colors ?? paletteOf(bytes)
  const spread = spreadOf(file, bytes)
  const places = map && new Map(map.map((color, i) => [key(...color), i] as const).reverse())
  const out = new Int32Array(info.width * info.height)
  for (let i = 0, at = 0; i < out.length; i++, at += info.channels) {
    const [r, g, b] = info.channels >= 3 ? [data[at]!, data[at + 1]!, data[at + 2]!] : [data[at]!, data[at]!, data[at]!]
    if (!map && (r !== g || r !== b))
      throw new FormatError(
        `${file}: the mask is in colours, the first is [${r}, ${g}, ${b}]. Say which class each is: colors: [[0, 0, 0], …].`,
      )
    const value = places ? places.get(key(r, g, b)) : r / spread
    if (value === undefined || (classes !== undefined && value >= classes && value !== ignore)) {
      const where = `row ${Math.floor(i / info.width)}, column ${i % info.width}`
      throw new FormatError(
        value === undefined
          ? `${file}: the colour [${r}, ${g}, ${b}] at ${where} is no class's.`
          : `${file}: the mask has class ${value} at ${where}; there are ${classes}${ignore === undefined ? '. Name what stands for none: ignore' : `, and ${ignore} for none`}.`,
      )
    }
    out[i] = value
  }
  return new PixelView(out, [info.height, info.width], [out.length, info.width, 1])
}
