import { FormatError } from '@portolan/core'
import { Transformer } from '@napi-rs/image'
import sharp from 'sharp'
import { PixelView } from '../transform/pixel-view.ts'
import { jpegHeader } from './jpeg-header.ts'

/** How pictures are decoded. */
export interface DecodeOptions {
  /** 1 for brightness (Rec. 601), 3 for red, green and blue; by default 3. */
  readonly channels?: 1 | 3
  /** The most pixels a file may hold; by default 2²⁶. */
  readonly maxPixels?: number
  /** Turn it as its camera says; by default so. */
  readonly orient?: boolean
}

/** Thousands of small pictures a second are no use for libvips' own threads and cache. */
sharp.cache(false)

/** Pixels as decoders give them, [h, w, from], seen as [to, h, w]. */
function planes(buffer: Buffer, from: number, to: 1 | 3, height: number, width: number): PixelView {
  const pixels = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
  if (from < 3) return new PixelView(pixels, [to, height, width], [0, from * width, from])
  if (to === 3) return new PixelView(pixels, [3, height, width], [1, from * width, from])
  const grey = new Uint8Array(height * width)
  for (let i = 0, at = 0; i < grey.length; i++, at += from)
    grey[i] = (19595 * pixels[at]! + 38470 * pixels[at + 1]! + 7471 * pixels[at + 2]! + 32768) >> 16
  return new PixelView(grey, [1, height, width], [height * width, width, 1])
}

/** What libvips says first; it repeats itself. */
export const firstLine = (error: unknown): string => (error as Error).message.trim().split('\n')[0]!

const refuse = (file: string, bytes: Uint8Array, problem: string, cause?: unknown): FormatError =>
  new FormatError(
    `${file}: this is no readable picture (${problem}); it has ${bytes.length} bytes and begins with ${Buffer.from(bytes.subarray(0, 8)).toString('hex') || 'nothing'} at byte 0.`,
    { cause },
  )

/** Plain JPEG at once, ten times as fast for small pictures as a pipeline of sharp; undefined for all else. */
function decodePlainJpeg(
  file: string,
  bytes: Uint8Array,
  { channels = 3, maxPixels = 2 ** 26, orient = true }: DecodeOptions,
): PixelView | undefined {
  const header = jpegHeader(bytes)
  if (!header?.plain || (orient && header.orientation !== 1)) return undefined
  const { width, height } = header
  if (width * height > maxPixels) throw refuse(file, bytes, `${width} × ${height} pixels are more than ${maxPixels}`)
  let pixels: Buffer
  try {
    pixels = new Transformer(bytes).rawPixelsSync()
  } catch {
    return undefined // sharp says what is wrong, or reads it after all
  }
  return pixels.length === width * height * header.channels ? planes(pixels, header.channels, channels, height, width) : undefined
}

/**
 * Decodes a picture: JPEG, PNG, WebP, GIF, TIFF, AVIF. Colour profiles are ignored, as Pillow does; transparent pixels lie on white.
 *
 * @throws FormatError that names the file when it is truncated, corrupt, no picture or has too many pixels.
 */
export async function decodeImage(file: string, bytes: Uint8Array, options: DecodeOptions = {}): Promise<PixelView> {
  const plain = decodePlainJpeg(file, bytes, options)
  if (plain) return plain
  const { channels = 3, maxPixels = 2 ** 26, orient = true } = options
  try {
    const picture = sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels, ignoreIcc: true })
    if (orient) picture.rotate()
    const { data, info } = await picture
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return planes(data, info.channels, channels, info.height, info.width)
  } catch (cause) {
    throw refuse(file, bytes, firstLine(cause), cause)
  }
}
