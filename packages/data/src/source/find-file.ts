import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { FormatError } from '@portolan/core'
import { fetchCached } from '@portolan/core/node'
import { decodeText, type DecodeTextOptions } from '../text/decode-text.ts'

/** `fetch`: what fetches, by default the global one; `onProgress`: called while a file is downloaded. */
export interface PlaceOptions extends Pick<Parameters<typeof fetchCached>[1], 'fetch' | 'onProgress'> {
  /** The folder that holds the files; looked into first. */
  readonly root?: string
}

/** Where a file is downloaded from, and what it must hold. */
export interface Origin {
  readonly url: string
  readonly sha256: string
}

/**
 * The path of a dataset's file: in `root`, or else in `$PORTOLAN_DATA/<set>`, or else downloaded, once.
 *
 * @throws FormatError when no folder has it and there is no place to download it from; DownloadError when that fails.
 */
export async function findFile(set: string, name: string, { root, ...download }: PlaceOptions, origin?: Origin): Promise<string> {
  const shared = process.env.PORTOLAN_DATA
  const folders = [...(root ? [root] : []), ...(shared ? [join(shared, set)] : [])]
  for (const folder of folders) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found) return join(folder, name)
  }
  if (!origin) throw new FormatError(`${set}: there is no ${name} in ${folders.join(' or ') || 'any folder'}. Name its folder: root.`)
  const { url, sha256 } = origin
  return fetchCached(url, { ...download, sha256, folder: set, name: name.replaceAll('/', '-'), maxBytes: 2 ** 28 })
}

/**
 * A text file, decompressed if its name ends in `.gz`.
 *
 * @throws FormatError that names the file when it cannot be read, is no gzip, holds more than `maxBytes` (2²⁸), or is no such text.
 *
 * @example
 * const lines = parseLines(await readText('train.en.gz'))
 */
export async function readText(
  file: string,
  { maxBytes = 2 ** 28, ...options }: Omit<DecodeTextOptions, 'label'> & { readonly maxBytes?: number } = {},
): Promise<string> {
  let bytes: Uint8Array
  try {
    const { size } = await stat(file)
    if (size > maxBytes) throw new FormatError(`${file}: it has ${size} bytes, maxBytes allows ${maxBytes}.`)
    bytes = await readFile(file)
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`${file}: it cannot be read (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}).`, { cause })
  }
  if (file.endsWith('.gz')) {
    const length = bytes.length
    bytes = await promisify(gunzip)(bytes, { maxOutputLength: maxBytes }).catch((cause: unknown) => {
      throw new FormatError(`${file}: the ${length} bytes are no gzip of at most ${maxBytes} bytes (${(cause as Error).message}).`, {
        cause,
      })
    })
  }
  return decodeText(bytes, { ...options, label: file })
}
