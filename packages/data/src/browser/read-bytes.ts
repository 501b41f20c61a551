import { FormatError } from '@portolan/core'

/** A file that somebody chose or dropped, or an address. */
export type BytesSource = Blob | string | URL

/** Options of `readBytes`. */
export interface ReadBytesOptions {
  /** The most bytes it may have, unpacked if it is packed; by default 2³⁰. */
  readonly maxBytes?: number
  /** Stops the reading. */
  readonly signal?: AbortSignal
}

/** What a source is called in an error. */
export const nameOf = (source: BytesSource): string =>
  source instanceof Blob ? ('name' in source ? (source as File).name : 'the given Blob') : String(source)

/** What is at an address, or the file itself. @throws FormatError that names the address and the answer. */
export async function blobOf(source: BytesSource, signal?: AbortSignal): Promise<Blob> {
  if (source instanceof Blob) return source
  const answer = await fetch(source, signal ? { signal } : {}).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new FormatError(
      `${String(source)}: could not be fetched (${(cause as Error).message}). Is its server there, and does it allow this page?`,
      { cause },
    )
  })
  if (!answer.ok) throw new FormatError(`${String(source)}: could not be fetched: ${answer.status} ${answer.statusText}`)
  return answer.blob()
}

/**
 * The bytes of a file or address; one that begins as gzip does is unpacked.
 *
 * @throws FormatError that names the source when it cannot be fetched, is no whole gzip or has too many bytes.
 *
 * @example
 * const images = parseIdx(await readBytes('/mnist/train-images-idx3-ubyte.gz'))
 * const state = decodeSafetensors(await readBytes(input.files![0]!))
 */
export async function readBytes(source: BytesSource, { maxBytes = 2 ** 30, signal }: ReadBytesOptions = {}): Promise<Uint8Array> {
  const blob = await blobOf(source, signal)
  const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer())
  const packed = head[0] === 0x1f && head[1] === 0x8b
  const reader = (packed ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob.stream()).getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError(`${nameOf(source)}: what is packed in it breaks off or is damaged after ${length} bytes`, { cause })
    })
    if (done) break
    length += value.length
    if (length > maxBytes) {
      await reader.cancel()
      throw new FormatError(`${nameOf(source)}: it has more than ${maxBytes} bytes. Raise maxBytes if that is right.`)
    }
    parts.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
