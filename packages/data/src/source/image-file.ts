import { readFile } from 'node:fs/promises'
import { FormatError, RangeError, ShapeError, type Shape } from '@portolan/core'
import { writeFileAtomic } from '@portolan/core/node'
import sharp from 'sharp'

/** Pixels of one picture: uint8 `[c, h, w]`. */
export interface Picture {
  readonly data: Uint8Array
  readonly shape: Shape
}

/** Options of `readImage`. */
export interface ReadImageOptions {
  /** Width in pixels to bring it to; by default its own. */
  readonly width?: number
  /** Height in pixels to bring it to; by default its own. */
  readonly height?: number
  /** 1 for brightness, 3 for red, green and blue; by default 3. */
  readonly channels?: 1 | 3
  /** Turn bright to dark, as for dark ink on white paper read by a model of white ink on black; by default not. */
  readonly invert?: boolean
  /** The most pixels a file may hold; by default 2²⁶. */
  readonly maxPixels?: number
}

const positive = (value: number): boolean => Number.isInteger(value) && value > 0 && value <= 2 ** 15

/**
 * Reads a picture from a file, or the bytes of one, of any usual format (JPEG, PNG, WebP, GIF, TIFF, AVIF, SVG) → uint8 `[channels, height, width]`.
 *
 * It is turned as its camera says, laid on white where it is transparent, and stretched to `width` and `height` if they are given
 * (with one of them, the other follows in proportion).
 *
 * @throws FormatError that names the file when it is truncated, corrupt, no picture or has too many pixels; RangeError when an
 * option is out of its range; what reading throws when there is no such file.
 *
 * @example
 * const { data, shape } = await readImage('seven.png', { width: 28, height: 28, channels: 1, invert: true }) // [1, 28, 28]
 */
export async function readImage(
  source: string | Uint8Array,
  { width, height, channels = 3, invert = false, maxPixels = 2 ** 26 }: ReadImageOptions = {},
): Promise<Picture> {
  for (const [name, value] of Object.entries({ width, height })) {
    if (value !== undefined && !positive(value))
      throw new RangeError(`readImage: ${name} must be an integer from 1 to 32768, got ${value}.`)
  }
  if (channels !== 1 && channels !== 3) throw new RangeError(`readImage: channels must be 1 or 3, got ${channels as number}.`)
  const [bytes, file] = typeof source === 'string' ? [await readFile(source), source] : [source, 'the given picture']
  try {
    const picture = sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels })
      .rotate()
      .flatten({ background: 'white' })
      .toColourspace('srgb')
    if (width !== undefined || height !== undefined)
      picture.resize({ ...(width && { width }), ...(height && { height }), fit: width && height ? 'fill' : 'inside' })
    if (invert) picture.negate({ alpha: false })
    if (channels === 1) picture.greyscale()
    const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    return { data: planes(data, info.channels, channels), shape: [channels, info.height, info.width] }
  } catch (cause) {
    const head = Buffer.from(bytes.subarray(0, 8)).toString('hex')
    throw new FormatError(
      `${file}: this is no readable picture (${(cause as Error).message.trim()}); it has ${bytes.length} bytes and begins with ${head || 'nothing'} at byte 0.`,
      { cause },
    )
  }
}

/** [h, w, from] → [to, h, w], the first `to` channels. */
function planes(pixels: Uint8Array, from: number, to: number): Uint8Array {
  const size = pixels.length / from
  const data = new Uint8Array(to * size)
  for (let channel = 0; channel < to; channel++) {
    for (let i = 0; i < size; i++) data[channel * size + i] = pixels[i * from + Math.min(channel, from - 1)]!
  }
  return data
}

/**
 * Writes a picture as PNG, all of it or nothing: uint8 `[h, w]`, `[1, h, w]` or `[3, h, w]`.
 *
 * @throws ShapeError when the shape is no picture's or the pixels do not fill it; what writing throws when the folder does not exist.
 *
 * @example
 * await writeImage('grey.png', { data: new Uint8Array(28 * 28).fill(128), shape: [28, 28] })
 */
export async function writeImage(file: string, { data, shape }: Picture): Promise<void> {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape
  if (
    shape.length < 2 ||
    shape.length > 3 ||
    (channels !== 1 && channels !== 3) ||
    !positive(height!) ||
    !positive(width!) ||
    data.length !== channels * height! * width!
  ) {
    throw new ShapeError(`writeImage: ${data.length} pixels of shape [${shape}] are no picture. Give uint8 [h, w], [1, h, w] or [3, h, w].`)
  }
  const size = height! * width!
  const pixels = new Uint8Array(data.length)
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < size; i++) pixels[i * channels + channel] = data[channel * size + i]!
  }
  await writeFileAtomic(
    file,
    await sharp(pixels, { raw: { width: width!, height: height!, channels } })
      .png()
      .toBuffer(),
  )
}
