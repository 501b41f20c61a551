import { RangeError, ShapeError } from '../errors.ts'
import type { Shape } from '../tensor/spec.ts'
import { escape, font, ink, textWidth, wrong } from './theme.ts'

/** A picture of bytes: [h, w], or [c, h, w] with 1, 3 or 4 channels (grey, RGB, RGBA). */
export interface Picture {
  readonly shape: Shape
  readonly data: Uint8Array | Uint8ClampedArray
}
/** What stands under a picture; red if it is `wrong`. */
export interface Caption {
  readonly text: string
  readonly wrong?: boolean
}
/** Options of `imageGrid`. */
export interface ImageGridOptions {
  /** Pictures in a row; about as many as there are rows unless given. */
  readonly columns?: number
  /** One a picture. */
  readonly captions?: readonly (string | Caption)[]
  /** Pixels of the drawing for one of a picture; unless given, pictures are drawn about 84 pixels wide. */
  readonly scale?: number
  readonly title?: string
}

/**
 * Draws pictures in rows, each with a caption under it, as SVG.
 * @throws ShapeError if a picture has another shape, or its bytes don't fill it; RangeError if the captions are not one a picture.
 * @example
 * const svg = await imageGrid(digits, { columns: 8, captions: digits.map((_, i) => ({ text: String(predicted[i]), wrong: predicted[i] !== expected[i] })) })
 */
export async function imageGrid(
  images: readonly Picture[],
  { columns = Math.ceil(Math.sqrt(images.length)), captions, scale, title }: ImageGridOptions = {},
): Promise<string> {
  if (!images.length) throw new RangeError('imageGrid: there must be at least one picture.')
  if (!Number.isInteger(columns) || columns < 1)
    throw new RangeError(`imageGrid: columns must be a whole number of at least 1, got ${columns}.`)
  if (captions && captions.length !== images.length)
    throw new RangeError(`imageGrid: ${images.length} pictures need ${images.length} captions, got ${captions.length}.`)
  const pictures = await Promise.all(images.map(toPng))
  const notes = captions?.map(caption => (typeof caption === 'string' ? { text: caption } : caption))
  const zoom = scale ?? Math.max(1, Math.round(84 / Math.max(...pictures.map(p => p.width))))
  const cellWidth = Math.max(...pictures.map(p => p.width * zoom), ...(notes ?? []).map(note => textWidth(note.text, fontSize)))
  const pictureHeight = Math.max(...pictures.map(p => p.height * zoom))
  const cellHeight = pictureHeight + (notes ? 20 : 0)
  const rows = Math.ceil(pictures.length / columns)
  const top = title === undefined ? margin : 52
  const width = Math.max(2 * margin + columns * (cellWidth + gap) - gap, title === undefined ? 0 : 2 * margin + textWidth(title, 17))
  const height = top + rows * (cellHeight + gap) - gap + margin

  const cells = pictures.map((picture, i) => {
    const center = margin + (i % columns) * (cellWidth + gap) + cellWidth / 2
    const y = top + Math.floor(i / columns) * (cellHeight + gap)
    const [w, h] = [picture.width * zoom, picture.height * zoom]
    // optimizeSpeed keeps the pixels of an enlarged picture sharp
    const image = `<image x="${center - w / 2}" y="${y + pictureHeight - h}" width="${w}" height="${h}"${zoom > 1 ? ' image-rendering="optimizeSpeed"' : ''} preserveAspectRatio="none" xlink:href="data:image/png;base64,${picture.base64}"/>`
    const note = notes?.[i]
    return note
      ? `${image}<text x="${center}" y="${y + pictureHeight + 15}" fill="${note.wrong ? wrong : ink}"${note.wrong ? ' font-weight="600"' : ''}>${escape(note.text)}</text>`
      : image
  })
  const heading =
    title === undefined
      ? ''
      : `<text x="${margin}" y="30" fill="${ink}" font-size="17" font-weight="600" text-anchor="start">${escape(title)}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}" font-size="${fontSize}" text-anchor="middle"><rect width="100%" height="100%" fill="#ffffff"/>${heading}${cells.join('')}</svg>`
}

const margin = 16
const gap = 10
const fontSize = 12

async function toPng({ shape, data }: Picture, index: number): Promise<{ width: number; height: number; base64: string }> {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels!) || !height || !width)
    throw new ShapeError(`imageGrid: images[${index}] must be [h, w] or [c, h, w] with 1, 3 or 4 channels, got [${shape}].`)
  if (data.length !== channels! * height * width)
    throw new ShapeError(`imageGrid: images[${index}] [${shape}] needs ${channels! * height * width} bytes, got ${data.length}.`)
  const plane = height * width
  const pixels = channels === 1 ? data : Uint8Array.from(data, (_, i) => data[(i % channels!) * plane + Math.floor(i / channels!)]!) // [h, w, c]
  const { encode } = await import('fast-png')
  const png = encode({ width, height, channels: channels!, data: pixels })
  let binary = ''
  for (let at = 0; at < png.length; at += 8192) binary += String.fromCharCode(...png.subarray(at, at + 8192))
  return { width, height, base64: btoa(binary) }
}
