import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FormatError } from '@portolan/core'
import { extract } from 'tar-stream'

/** Options of `readTar`. */
export interface ReadTarOptions {
  /** Which files to keep, by name; by default all. */
  readonly filter?: (name: string) => boolean
  /** The most bytes that the decompressed archive may have; by default 2³⁰. */
  readonly maxBytes?: number
  /** The most entries; by default 2²⁰. */
  readonly maxEntries?: number
}

/** The name of an entry, if it stays within the archive. */
function safeName(name: string): string | undefined {
  const plain = name.replace(/^(\.\/)+/, '')
  const parts = plain.split('/')
  return /^[/\\]|^[a-z]:|[\0\\]/i.test(plain) || parts.includes('..') ? undefined : plain
}

/**
 * Reads a tar archive, compressed by gzip or not, into memory: the bytes of its files by their names. Nothing is written to the disk.
 *
 * @throws FormatError that names the file when it is no such archive, is truncated or larger than allowed, or an entry is a link or has
 * a name that leads out of it.
 */
export async function readTar(
  file: string,
  { filter = () => true, maxBytes = 2 ** 30, maxEntries = 2 ** 20 }: ReadTarOptions = {},
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const tar = extract()
  let [bytes, entries] = [0, 0]
  const fail = (problem: string, cause?: unknown): FormatError =>
    new FormatError(`${file}: ${problem} (at byte ${bytes} of its content).`, { cause })
  const handle = await open(file).catch((cause: unknown) => {
    throw fail(`it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause)
  })
  const head = Buffer.alloc(2)
  try {
    await handle.read(head, 0, 2, 0)
  } finally {
    await handle.close()
  }
  const zipped = head[0] === 0x1f && head[1] === 0x8b

  tar.on('entry', (header, stream, next) => {
    const name = safeName(header.name)
    const problem =
      ++entries > maxEntries
        ? `there are more than ${maxEntries} entries`
        : name === undefined
          ? `the entry '${header.name}' leads out of the archive`
          : header.type !== 'file' && header.type !== 'directory' && header.type !== 'contiguous-file'
            ? `the entry '${header.name}' is a ${header.type}, only files and folders are read`
            : undefined
    if (problem) {
      tar.destroy(fail(problem))
      return
    }
    const keep = header.type !== 'directory' && filter(name!)
    const parts: Uint8Array[] = []
    stream.on('data', part => void (keep && parts.push(part as Uint8Array)))
    stream.on('error', () => {}) // pipeline reports it
    stream.on('end', () => {
      if (keep) files.set(name!, new Uint8Array(Buffer.concat(parts)))
      next()
    })
    stream.resume()
  })
  async function* limited(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of source) {
      bytes += part.length
      if (bytes > maxBytes) throw fail(`its content is larger than the ${maxBytes} bytes allowed`)
      yield part
    }
    if (bytes < 1024) throw fail('this is no tar archive, or it is truncated')
  }
  try {
    if (zipped) await pipeline(createReadStream(file), createGunzip(), limited, tar)
    else await pipeline(createReadStream(file), limited, tar)
  } catch (cause) {
    throw cause instanceof FormatError
      ? cause
      : fail(`this is no tar archive, or it is truncated or corrupt (${(cause as Error).message})`, cause)
  }
  return files
}
