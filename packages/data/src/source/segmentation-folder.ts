import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { FormatError, RangeError } from '@portolan/core'
import { checkColors, type ColorMap } from '../decode/decode-mask.ts'
import { FileDataset, type FileOptions, type FileSample } from './file-dataset.ts'
import { isPicture } from './image-folder.ts'

/** Options of `segmentationFolder`. */
export interface SegmentationFolderOptions extends FileOptions {
  /** The folder of the pictures, below the root; by default `images`. */
  readonly images?: string
  /** The folder of the label maps, below the root; by default `masks`. Pairs have one name, but for the ending. */
  readonly masks?: string
  /** A text file below the root with "picture mask" on each line, paths below the root; instead of the two folders. */
  readonly list?: string
  /** Names of the classes, by their numbers: a mask with another number is corrupt. */
  readonly names?: readonly string[]
  /** The number in masks that stands for no class; give it to the loss as well. */
  readonly ignore?: number
  /** For masks in colours: which class each is. By default grey values, or places in a PNG's palette, are the classes. */
  readonly colors?: ColorMap
}

/**
 * Pictures and their label maps: `image` uint8 `[c, h, w]`, `mask` int32 `[h, w]`, the class of each pixel.
 *
 * @throws FormatError when a folder or list cannot be read, or a picture has no mask; RangeError when `colors` are not as they should be.
 *
 * @example
 * const train = await segmentationFolder('camvid', { list: 'train.txt', names: ['sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian', 'bicyclist'], ignore: 11 })
 */
export async function segmentationFolder(
  root: string,
  { images = 'images', masks = 'masks', list, names, ignore, colors, ...options }: SegmentationFolderOptions = {},
): Promise<FileDataset<'image' | 'mask'>> {
  if (ignore !== undefined && !(Number.isInteger(ignore) && ignore >= 0))
    throw new RangeError(`segmentationFolder: ignore must be a class number, got ${ignore}.`)
  if (colors) checkColors('segmentationFolder', colors)
  const pairs = list === undefined ? await pairsOf(join(root, images), join(root, masks)) : await listed(root, list)
  if (!pairs.length) throw new FormatError(`${list === undefined ? join(root, images) : join(root, list)}: there is no picture.`)
  const samples = pairs.map(([file, mask]): FileSample => ({ file, mask, fields: {} }))
  const maskOptions = { ...(colors && { colors }), ...(names && { classes: names.length }), ...(ignore !== undefined && { ignore }) }
  return new FileDataset(samples, { orient: false, ...options, ...(names && { classes: names }), masks: maskOptions })
}

async function pairsOf(images: string, masks: string): Promise<[string, string][]> {
  const names = async (folder: string): Promise<string[]> => {
    const all = await readdir(folder).catch((cause: unknown) => {
      throw new FormatError(`${folder}: the folder cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
    })
    return all.filter(isPicture).sort()
  }
  const stem = (name: string): string => basename(name, extname(name))
  const byStem = new Map((await names(masks)).map(name => [stem(name), join(masks, name)]))
  return (await names(images)).map(name => {
    const mask = byStem.get(stem(name))
    if (!mask) throw new FormatError(`${join(images, name)}: there is no mask of this name in ${masks}.`)
    return [join(images, name), mask]
  })
}

async function listed(root: string, list: string): Promise<[string, string][]> {
  const file = join(root, list)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FormatError(`${file}: it cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  })
  return text.split(/\r?\n/).flatMap((line, i): [string, string][] => {
    const paths = line.trim().split(/\s+/).filter(Boolean)
    if (!paths.length) return []
    if (paths.length !== 2) throw new FormatError(`${file}: line ${i + 1} must be "picture mask", got '${line.trim()}'.`)
    if (paths.some(path => path.startsWith('/') || path.split(/[/\\]/).includes('..')))
      throw new FormatError(`${file}: line ${i + 1} leads out of ${root}: '${line.trim()}'.`)
    return [[join(root, paths[0]!), join(root, paths[1]!)]]
  })
}
