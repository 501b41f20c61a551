import { FormatError, RangeError } from '@portolan/core'
import type { Picture, ReadImageOptions } from '../source/image-file.ts'
import { blobOf, nameOf, type BytesSource } from './read-bytes.ts'

/** Something in a page that shows a picture, a file of one, or its address. */
export type PictureSource =
  BytesSource | ImageBitmap | ImageData | HTMLCanvasElement | OffscreenCanvas | HTMLImageElement | HTMLVideoElement

/**
 * Reads a picture from a canvas, an image element, a bitmap, a video's present frame, a file or an address
 * → uint8 `[channels, height, width]`.
 *
 * It is turned as its camera says, laid on white where it is transparent, and stretched to `width` and `height` if they are given
 * (with one of them, the other follows in proportion). One channel is the brightness 0.2126·red + 0.7152·green + 0.0722·blue.
 *
 * @throws FormatError that names the source when it cannot be fetched, is no picture that the browser reads or has too many pixels;
 * RangeError when an option is out of its range.
 *
 * @example
 * const { data, shape } = await readPicture(canvas, { width: 28, height: 28, channels: 1, invert: true }) // [1, 28, 28]
 */
export async function readPicture(
  source: PictureSource,
  { width, height, channels = 3, invert = false, maxPixels = 2 ** 26 }: ReadImageOptions = {},
): Promise<Picture> {
  for (const [name, value] of Object.entries({ width, height })) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0 && value <= 2 ** 15))
      throw new RangeError(`readPicture: ${name} must be an integer from 1 to 32768, got ${value}.`)
  }
  if (channels !== 1 && channels !== 3) throw new RangeError(`readPicture: channels must be 1 or 3, got ${channels as number}.`)
  const isFile = source instanceof Blob || typeof source === 'string' || source instanceof URL
  const name = isFile ? nameOf(source) : source.constructor.name
  const bitmap = await createImageBitmap(isFile ? await blobOf(source) : source).catch((cause: unknown) => {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`${name}: this is no picture that the browser reads (${(cause as Error).message})`, { cause })
  })
  try {
    if (bitmap.width * bitmap.height > maxPixels)
      throw new FormatError(
        `${name}: it has ${bitmap.width} × ${bitmap.height} pixels, more than ${maxPixels}. Raise maxPixels if that is right.`,
      )
    const [w, h] = sizeOf(bitmap, width, height)
    const canvas = new OffscreenCanvas(w, h)
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    context.fillStyle = 'white'
    context.fillRect(0, 0, w, h)
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, w, h)
    return { data: planes(context.getImageData(0, 0, w, h).data, channels, invert), shape: [channels, h, w] }
  } finally {
    bitmap.close()
  }
}

function sizeOf(bitmap: ImageBitmap, width: number | undefined, height: number | undefined): [number, number] {
  const ratio = bitmap.width / bitmap.height
  if (width === undefined && height === undefined) return [bitmap.width, bitmap.height]
  return [width ?? Math.max(1, Math.round(height! * ratio)), height ?? Math.max(1, Math.round(width! / ratio))]
}

/** [h, w, 4] → [channels, h, w] */
function planes(pixels: Uint8ClampedArray, channels: 1 | 3, invert: boolean): Uint8Array {
  const size = pixels.length / 4
  const data = new Uint8Array(channels * size)
  const flip = (v: number): number => (invert ? 255 - v : v)
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [pixels[4 * i]!, pixels[4 * i + 1]!, pixels[4 * i + 2]!]
    if (channels === 1) data[i] = flip(Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b))
    else [data[i], data[size + i], data[2 * size + i]] = [flip(r), flip(g), flip(b)]
  }
  return data
}
