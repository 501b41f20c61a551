import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { FormatError } from '@portolan/core'
import { FileDataset, type FileOptions, type FileSample } from './file-dataset.ts'
import { readTar, type ReadTarOptions } from './read-tar.ts'

/** Endings of pictures. */
const endings = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'])
const MAX_DEPTH = 16

/** Options of `imageFolder`. */
export interface ImageFolderOptions extends FileOptions {
  /** Names of the classes, in the order of their numbers; by default the names of the folders, sorted. */
  readonly names?: readonly string[]
  /** A class without pictures: an error (the default), or allowed. */
  readonly emptyClasses?: 'throw' | 'allow'
}

export const isPicture = (name: string): boolean => endings.has(extname(name).toLowerCase()) && !name.split(/[\\/]/).at(-1)!.startsWith('.')

/** What a folder holds, sorted. @throws FormatError when it cannot be read. */
async function list(folder: string): Promise<{ name: string; folder: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .map(entry => ({ name: entry.name, folder: entry.isDirectory() || (entry.isSymbolicLink() && !extname(entry.name)) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    throw new FormatError(`${folder}: the folder cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
}

async function pictures(folder: string, depth = 0): Promise<string[]> {
  if (depth > MAX_DEPTH)
    throw new FormatError(`${folder}: folders lie more than ${MAX_DEPTH} deep in each other. Is one a link to its parent?`)
  const found: string[] = []
  for (const entry of await list(folder)) {
    if (entry.folder) found.push(...(await pictures(join(folder, entry.name), depth + 1)))
    else if (isPicture(entry.name)) found.push(join(folder, entry.name))
  }
  return found
}

/** Samples by class name, numbered. @throws FormatError when there is no class, or one is empty. */
function labelled(
  root: string,
  groups: ReadonlyMap<string, readonly Omit<FileSample, 'fields'>[]>,
  { names, emptyClasses = 'throw', ...options }: ImageFolderOptions,
): FileDataset<'image' | 'label'> {
  const classes = names ?? [...groups.keys()].sort()
  if (!classes.length) throw new FormatError(`${root}: there must be a folder for each class, none was found.`)
  const samples = classes.flatMap((name, label) => {
    const group = groups.get(name)
    if (!group)
      throw new FormatError(`${root}: there is no folder of the class '${name}', only ${[...groups.keys()].join(', ') || 'none'}.`)
    if (!group.length && emptyClasses === 'throw')
      throw new FormatError(`${root}: the class '${name}' has no picture. Remove its folder, or pass emptyClasses: 'allow'.`)
    return group.map(sample => ({ ...sample, fields: { label: { data: Int32Array.of(label), shape: [] } } }))
  })
  if (!samples.length) throw new FormatError(`${root}: no class has a picture.`)
  return new FileDataset(samples, { ...options, classes })
}

/**
 * Pictures in a folder for each class: `root/ants/1.jpg`, `root/bees/2.jpg`. `image` uint8 `[c, h, w]`, `label` int32.
 *
 * Classes are numbered in the order of their names; files are found at any depth and sorted, so that the order is the same everywhere.
 * They are decoded when a batch is due (see `FileDataset`); colour profiles are ignored.
 *
 * @throws FormatError when a folder cannot be read, there is no class, or one has no picture.
 *
 * @example
 * const photos = await imageFolder('hymenoptera/train')
 * const batches = loader(photos, { batchSize: 32, shuffle: true, each: compose(randomResizedCrop(224), horizontalFlip({ p: 0.5 })) })
 */
export async function imageFolder(root: string, options: ImageFolderOptions = {}): Promise<FileDataset<'image' | 'label'>> {
  const groups = new Map<string, FileSample[]>()
  for (const { name, folder } of await list(root)) {
    if (!folder || name.startsWith('.')) continue
    const files = await pictures(join(root, name))
    groups.set(
      name,
      files.map(file => ({ file, fields: {} })),
    )
  }
  return labelled(root, groups, options)
}

/** Options of `imageArchive`. */
export interface ImageArchiveOptions extends ImageFolderOptions, Pick<ReadTarOptions, 'maxBytes'> {
  /** The folder in the archive that holds the folders of the classes; by default the top. */
  readonly folder?: string
}

/**
 * The same from a tar archive, compressed by gzip or not, which is read into memory: worth it for many small pictures.
 *
 * @throws FormatError when it is no archive, is truncated or too large, an entry leads out of it, or as `imageFolder`.
 *
 * @example
 * const train = await imageArchive('cifar10_jpeg_full.tar.gz', { folder: 'cifar10_jpeg/train' })
 */
export async function imageArchive(
  file: string,
  { folder = '', maxBytes, ...options }: ImageArchiveOptions = {},
): Promise<FileDataset<'image' | 'label'>> {
  const prefix = folder && `${folder.replace(/\/+$/, '')}/`
  const files = await readTar(file, { ...(maxBytes && { maxBytes }), filter: name => name.startsWith(prefix) && isPicture(name) })
  return labelled(folder ? `${file} (${folder})` : file, groupsOf(file, files, prefix), options)
}

/** Pictures of an archive by class: the folder below the prefix that they lie in. */
export function groupsOf(file: string, files: ReadonlyMap<string, Uint8Array>, prefix: string): Map<string, Omit<FileSample, 'fields'>[]> {
  const groups = new Map<string, Omit<FileSample, 'fields'>[]>()
  for (const name of [...files.keys()].sort()) {
    const [group, ...rest] = name.slice(prefix.length).split('/')
    if (!name.startsWith(prefix) || !rest.length) continue
    const sample = { file: `${file}:${name}`, bytes: files.get(name)! }
    if (groups.has(group!)) groups.get(group!)!.push(sample)
    else groups.set(group!, [sample])
  }
  return groups
}
