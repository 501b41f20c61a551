import { extname } from 'node:path'
import { RangeError } from '../../errors.ts'
import { writeFileAtomic } from '../../io/node/write-file-atomic.ts'
import { svgToPng, type PngOptions } from './svg-to-png.ts'

/**
 * Writes a drawn SVG to a file, as its name says: `.svg` or `.png`.
 * @throws RangeError for any other ending.
 * @example
 * await savePicture('curves.png', await curves(history))
 */
export async function savePicture(file: string, svg: string, options?: PngOptions): Promise<void> {
  const ending = extname(file).toLowerCase()
  if (ending !== '.svg' && ending !== '.png') throw new RangeError(`savePicture: the file's name must end in .svg or .png, got "${file}".`)
  await writeFileAtomic(file, ending === '.svg' ? svg : await svgToPng(svg, options))
}
