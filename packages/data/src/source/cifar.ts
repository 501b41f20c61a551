import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '@portolan/core'
import { fetchCached } from '@portolan/core/node'
import type { LabelledImages } from '../synthetic/digits.ts'
import type { ArrayDataset } from './array-dataset.ts'
import { concat } from './concat.ts'
import { FileDataset, type FileOptions } from './file-dataset.ts'
import { groupsOf, isPicture } from './image-folder.ts'
import { parseCifar } from './parse-cifar.ts'
import { readTar } from './read-tar.ts'

/** `fetch`: what fetches, by default the global one; `onProgress`: called while a file is downloaded; `workers`: threads that decode JPEG. */
export interface CifarOptions extends Pick<Parameters<typeof fetchCached>[1], 'fetch' | 'onProgress'>, Pick<FileOptions, 'workers'> {
  /** A folder with the binary files or an archive; looked into first. */
  readonly root?: string
  /** The archive's name in it; by default the official ones, and `cifar10_jpeg_full.tar.gz`. */
  readonly archive?: string
  /** Where the archive is downloaded from if no folder has it. */
  readonly mirror?: string
}

/** CIFAR with the names of its classes. */
export interface Cifar extends LabelledImages {
  readonly classes: readonly string[]
}

const official = {
  10: {
    folder: 'cifar-10-batches-bin',
    archive: 'cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    train: /^data_batch_\d\.bin$/,
    test: /^test_batch\.bin$/,
    names: 'batches.meta.txt',
  },
  100: {
    folder: 'cifar-100-binary',
    archive: 'cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    train: /^train\.bin$/,
    test: /^test\.bin$/,
    names: 'fine_label_names.txt',
  },
} as const

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function cifar(
  classes: 10 | 100,
  { root, archive, mirror = 'https://www.cs.toronto.edu/~kriz/', workers, ...download }: CifarOptions,
): Promise<Cifar> {
  const is = official[classes]
  const shared = process.env.PORTOLAN_DATA
  const folders = [...(root ? [root] : []), ...(shared ? [join(shared, `cifar${classes}`)] : [])]
  const archives = archive ? [archive] : [is.archive, ...(classes === 10 ? ['cifar10_jpeg_full.tar.gz'] : [])]
  for (const folder of folders) {
    for (const place of archive ? [] : [folder, join(folder, is.folder)]) {
      const names = await readdir(place).catch((): string[] => [])
      if (names.some(name => is.test.test(name)))
        return binary(
          place,
          new Map(
            await Promise.all(
              names.filter(n => /\.(bin|txt)$/.test(n)).map(async n => [n, new Uint8Array(await readFile(join(place, n)))] as const),
            ),
          ),
          classes,
        )
    }
    for (const name of archives) if (await isThere(join(folder, name))) return fromArchive(join(folder, name), classes, workers)
  }
  if (archive)
    throw new FormatError(`cifar${classes}: there is no ${archive} in ${folders.join(' or ') || 'any folder; name its folder with root'}.`)
  const file = await fetchCached(`${mirror.replace(/\/?$/, '/')}${is.archive}`, { ...download, md5: is.md5, folder: `cifar${classes}` })
  return fromArchive(file, classes, workers)
}

function binary(place: string, files: ReadonlyMap<string, Uint8Array>, classes: 10 | 100): Cifar {
  const is = official[classes]
  const part = (pattern: RegExp): ArrayDataset<'image' | 'label'> => {
    const names = [...files.keys()].filter(name => pattern.test(name)).sort()
    if (!names.length)
      throw new FormatError(`${place}: there is no file such as ${pattern.source.replaceAll(/[\\^$]/g, '')} of CIFAR-${classes}.`)
    return concat(names.map(name => parseCifar(files.get(name)!, { classes, label: join(place, name) })))
  }
  const text = new TextDecoder().decode(files.get(is.names) ?? new Uint8Array())
  const names = text
    .split(/\r?\n/)
    .map(name => name.trim())
    .filter(Boolean)
  if (names.length && names.length !== classes)
    throw new FormatError(`${join(place, is.names)}: there are ${classes} classes, it names ${names.length}.`)
  return {
    train: part(is.train),
    test: part(is.test),
    classes: names.length ? names : Array.from({ length: classes }, (_, i) => String(i)),
  }
}

async function fromArchive(file: string, classes: 10 | 100, workers: number | undefined): Promise<Cifar> {
  const files = await readTar(file, { filter: name => /\.(bin|txt)$/.test(name) || isPicture(name) })
  const plain = new Map([...files].filter(([name]) => /\.(bin|txt)$/.test(name)).map(([name, bytes]) => [name.split('/').at(-1)!, bytes]))
  if ([...plain.keys()].some(name => name.endsWith('.bin'))) return binary(file, plain, classes)
  const part = async (split: string): Promise<{ data: ArrayDataset<'image' | 'label'>; names: string[] }> => {
    const prefix = [...files.keys()].map(name => /^(?:.*\/)?(?:train|test)\//.exec(name)?.[0]).find(found => found?.endsWith(`${split}/`))
    if (prefix === undefined) throw new FormatError(`${file}: there are neither CIFAR's binary files nor pictures in ${split}/<class>.`)
    const groups = groupsOf(file, files, prefix)
    const names = [...groups.keys()].sort()
    if (names.length !== classes)
      throw new FormatError(
        `${file}: there must be ${classes} folders of classes in ${split}, there are ${names.length}: ${names.join(', ')}.`,
      )
    const samples = names.flatMap((n, i) => groups.get(n)!.map(s => ({ ...s, fields: { label: { data: Int32Array.of(i), shape: [] } } })))
    const dataset = new FileDataset<'image' | 'label'>(samples, { classes: names, ...(workers !== undefined && { workers }) })
    return { data: await dataset.inMemory(), names }
  }
  const [train, test] = [await part('train'), await part('test')]
  for (const { data } of [train, test]) {
    const { shape } = data.fields.image
    if (String(shape.slice(1)) !== '3,32,32')
      throw new FormatError(`${file}: CIFAR's pictures have 32 × 32 pixels in 3 channels, these are [${shape.slice(1)}].`)
  }
  return { train: train.data, test: test.data, classes: train.names }
}

/**
 * CIFAR-10: 50,000 small photos to train and 10,000 to test on; `image` uint8 `[n, 3, 32, 32]`, `label` int32 `[n]`, 0 … 9.
 *
 * Taken from `root` or else from `$PORTOLAN_DATA/cifar10`: the binary files, their archive, or an archive of JPEG copies
 * `…/train/<class>/*.jpg`, `…/test/<class>/*.jpg`, which are decoded into memory; if neither has it, the archive is downloaded, once.
 *
 * A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009).
 *
 * @throws FormatError that names the file when it is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, test, classes } = await cifar10()
 */
export const cifar10 = (options: CifarOptions = {}): Promise<Cifar> => cifar(10, options)

/**
 * CIFAR-100: as CIFAR-10, with 100 classes; `coarse` int32 `[n]` is the group of each, 0 … 19.
 *
 * @throws FormatError that names the file when it is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, test, classes } = await cifar100({ root: 'data' })
 */
export const cifar100 = (options: CifarOptions = {}): Promise<Cifar & CoarseLabels> => cifar(100, options) as Promise<Cifar & CoarseLabels>

/** The groups of CIFAR-100's classes. */
export interface CoarseLabels {
  readonly train: ArrayDataset<'image' | 'label' | 'coarse'>
  readonly test: ArrayDataset<'image' | 'label' | 'coarse'>
}
