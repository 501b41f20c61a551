import { extname } from 'node:path'
import { FormatError, RangeError } from '@portolan/core'
import { svgToPng, writeFileAtomic } from '@portolan/core/node'
import { sceneToSvg } from './scene-to-svg.ts'
import type { Scene } from './scene.ts'

/** Options of `saveAnimation`. */
export interface AnimationOptions {
  /** Milliseconds that each picture stays, at least 10; default 40. */
  readonly delay?: number
  /** Pixels for one of the drawing; default 1. */
  readonly scale?: number
}

/**
 * Writes drawings of one size as an animated GIF. Needs `sharp`: `npm install sharp`.
 * @throws RangeError if there is no drawing, or the name doesn't end in .gif; FormatError if sharp is not there.
 * @example
 * await saveAnimation('cart-pole.gif', scenes, { delay: 20 })
 */
export async function saveAnimation(
  file: string,
  scenes: readonly Scene[],
  { delay = 40, scale = 1 }: AnimationOptions = {},
): Promise<void> {
  if (extname(file).toLowerCase() !== '.gif') throw new RangeError(`saveAnimation: the file's name must end in .gif, got "${file}".`)
  if (!scenes.length) throw new RangeError('saveAnimation: there must be at least one drawing, got none.')
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new FormatError('saveAnimation: GIFs are written by sharp, which is not there. Run: npm install sharp', { cause })
  })
  const frames = await Promise.all(scenes.map(async scene => Buffer.from(await svgToPng(sceneToSvg(scene), { scale }))))
  const gif =
    frames.length === 1
      ? sharp(frames[0]!).gif()
      : sharp(frames, { join: { animated: true } }).gif({ delay: frames.map(() => delay), loop: 0 })
  await writeFileAtomic(file, await gif.toBuffer())
}
