import { PortolanError, RangeError, ShapeError } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'
import { writeFileAtomic } from '@portolan/core/node'

/** Options of `saveGif`. */
export interface SaveGifOptions {
  /** How long a frame stands, in ms: at least 10; default 120. */
  delay?: number
  /** How long the last frame stands; default as the others. */
  last?: number
  /** How often it plays, 0 for ever; default 0. */
  loop?: number
}

/**
 * Writes pictures of one shape as an animated GIF. It needs sharp: npm install sharp.
 *
 * frames: [h, w] or [c, h, w] with 1, 3 or 4 channels.
 * @throws RangeError for no frames or a delay below 10; ShapeError if they differ in shape; PortolanError without sharp.
 * @example
 * await saveGif('walk.gif', await toPictures(generator.forward(latentWalk(stops))), { delay: 60 })
 */
export async function saveGif(
  file: string,
  frames: readonly Picture[],
  { delay = 120, last = delay, loop = 0 }: SaveGifOptions = {},
): Promise<void> {
  const [first] = frames
  if (!first) throw new RangeError('saveGif: there must be at least one frame, got none')
  if (!(delay >= 10 && last >= 10)) throw new RangeError(`saveGif: delay must be at least 10 ms, got ${Math.min(delay, last)}`)
  const [c, h, w] = (first.shape.length === 2 ? [1, ...first.shape] : first.shape) as [1 | 3 | 4, number, number]
  const other = frames.find(p => String(p.shape) !== String(first.shape))
  if (other || ![1, 3, 4].includes(c))
    throw new ShapeError(
      `saveGif: frames must be of one shape, [h, w] or [1, 3 or 4, h, w], got [${first.shape}]${other ? ` and [${other.shape}]` : ''}`,
    )
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new PortolanError('saveGif: it needs sharp, which is not installed. Run: npm install sharp', { cause })
  })
  const plane = h * w
  const pixels = new Uint8Array(frames.length * c * plane) // frame under frame, [h, w, c] each
  for (const [f, { data }] of frames.entries())
    for (let i = 0; i < plane; i++) for (let k = 0; k < c; k++) pixels[(f * plane + i) * c + k] = data[k * plane + i]!
  const gif = await sharp(pixels, { raw: { width: w, height: h * frames.length, channels: c, pageHeight: h } })
    .gif({ delay: frames.map((_, i) => Math.round(i === frames.length - 1 ? last : delay)), loop })
    .toBuffer()
  await writeFileAtomic(file, gif)
}
