import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { FormatError } from '@portolan/core'
import { fetchCached } from '@portolan/core/node'
import type { LabelledImages } from '../synthetic/digits.ts'
import { ArrayDataset } from './array-dataset.ts'
import { parseIdx } from './idx.ts'

/** `fetch`: what fetches, by default the global one; `onProgress`: called while a file is downloaded. */
export interface MnistOptions extends Pick<Parameters<typeof fetchCached>[1], 'fetch' | 'onProgress'> {
  /** A folder that holds the four files, compressed or not; looked into first. */
  readonly root?: string
  /** Where the files are downloaded from if no folder has them; the four names with `.gz` are appended. */
  readonly mirror?: string
}

interface MnistFile {
  readonly name: string
  /** Of the decompressed content: 16 + 28 · 28 · n for images, 8 + n for labels. */
  readonly bytes: number
  readonly sha256: string
  /** Of the compressed file as its authors published it; others may have compressed it anew. */
  readonly gzipMd5: string
}

const files = {
  trainImages: {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    gzipMd5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    gzipMd5: 'd53e105ee54ea40749a09fcbcd1e9432',
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    gzipMd5: '9fb629c4189551a2d022fa330f9573f3',
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    gzipMd5: 'ec29112dd5afa0611ce80d1b7f02629c',
  },
} as const satisfies Record<string, MnistFile>

/**
 * The MNIST database of handwritten digits: 60,000 images to train and 10,000 to test on; `image` uint8 `[n, 28, 28]`, white on
 * black, `label` int32 `[n]`, 0 … 9.
 *
 * Each of its four files is taken from `root` or else from `$PORTOLAN_DATA/mnist`, compressed or not; if neither has it, it is
 * downloaded, once, into `mnist` in the user's cache folder. Whatever its origin, its content must be the original's to the last bit.
 *
 * Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition" (1998).
 *
 * @throws FormatError when a file found is no gzip or has other content; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, test } = await mnist()
 */
export async function mnist({
  root,
  mirror = 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  ...download
}: MnistOptions = {}): Promise<LabelledImages> {
  const shared = process.env.PORTOLAN_DATA
  const folders = [...(root ? [root] : []), ...(shared ? [join(shared, 'mnist')] : [])]

  const load = async (file: MnistFile): Promise<{ data: Uint8Array; shape: readonly number[] }> => {
    const candidates = folders.flatMap(folder => [join(folder, file.name), join(folder, `${file.name}.gz`)])
    const path =
      (await firstFile(candidates)) ??
      (await fetchCached(`${mirror.replace(/\/?$/, '/')}${file.name}.gz`, {
        ...download,
        md5: file.gzipMd5,
        folder: 'mnist',
        maxBytes: 2 ** 24,
      }))
    const { data, shape } = parseIdx(await contentOf(path, file), { label: path })
    return { data: data as Uint8Array, shape }
  }
  const dataset = async (images: MnistFile, labels: MnistFile): Promise<ArrayDataset<'image' | 'label'>> => {
    const label = await load(labels)
    return new ArrayDataset({ image: await load(images), label: { data: Int32Array.from(label.data), shape: label.shape } })
  }
  return { train: await dataset(files.trainImages, files.trainLabels), test: await dataset(files.testImages, files.testLabels) }
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile()) return path
  }
  return undefined
}

async function contentOf(path: string, { bytes, sha256 }: MnistFile): Promise<Uint8Array> {
  const raw = await readFile(path)
  const content = path.endsWith('.gz') ? await decompress(path, raw, bytes) : raw
  const got = createHash('sha256').update(content).digest('hex')
  if (got !== sha256)
    throw new FormatError(
      `${path}: MNIST's file has ${bytes} bytes of content with SHA-256 ${sha256}, this one has ${content.length} with ${got}. Remove it to have it downloaded anew.`,
    )
  return content
}

/** Never more than `bytes`, so that a small file can't fill the memory. */
async function decompress(path: string, raw: Uint8Array, bytes: number): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: bytes })
  } catch (cause) {
    throw new FormatError(
      `${path}: the ${raw.length} bytes are no gzip of ${bytes} bytes (${(cause as Error).message}). Remove it to have it downloaded anew.`,
      { cause },
    )
  }
}
