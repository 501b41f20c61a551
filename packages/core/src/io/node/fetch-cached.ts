import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PortolanError, RangeError } from '../../errors.ts'
import { cacheFolder } from './cache-folder.ts'

/** A download that did not come, or not as it should be; nothing of it is left, and what was there before is untouched. */
export class DownloadError extends PortolanError {
  static override readonly code = 'PORTOLAN_DOWNLOAD'
}

export interface DownloadProgress {
  readonly url: string
  /** Bytes so far. */
  readonly received: number
  /** Bytes in all, if the server says so. */
  readonly total: number | undefined
}

export interface FetchCachedOptions {
  /** What the file must hold: its SHA-256 as 64 hexadecimal digits. This or `md5` is needed. */
  readonly sha256?: string
  /** What the file must hold: its MD5 as 32 hexadecimal digits, for old sources that publish no other. */
  readonly md5?: string
  /** Where to keep it: a folder within `cacheFolder()`, or an absolute path; by default `cacheFolder()` itself. */
  readonly folder?: string
  /** The file's name there; by default the last part of the URL's path. */
  readonly name?: string
  /** The most bytes to accept; by default 2³⁰. */
  readonly maxBytes?: number
  /** The longest time without a new byte, in milliseconds; by default 30,000. */
  readonly timeoutMs?: number
  /** Called after each piece that arrives; not at all if the file is there already. */
  readonly onProgress?: (progress: DownloadProgress) => void
  /** What fetches; by default the global `fetch`. With one of your own, `http:` is allowed for this machine itself. */
  readonly fetch?: typeof globalThis.fetch
}

/**
 * The path of a file that is downloaded once: if the folder holds it with the right checksum, nothing is fetched.
 *
 * A download goes to a temporary file beside it and takes the name only when it is whole and its checksum right.
 *
 * @throws DownloadError when there is no network, the server refuses, the time is over, or the size or checksum is wrong;
 * RangeError when the URL is not HTTPS or an option is not as it should be.
 *
 * @example
 * const file = await fetchCached('https://example.org/weights.safetensors', { sha256: '9f86d081884c7d65…', onProgress: ({ received }) => console.log(received) })
 */
export async function fetchCached(url: string, options: FetchCachedOptions): Promise<string> {
  const { maxBytes = 2 ** 30, timeoutMs = 30_000, onProgress, fetch = globalThis.fetch } = options
  const folder = resolve(cacheFolder(), options.folder ?? '')
  requireSafe(url, options.fetch !== undefined)
  const name = options.name ?? new URL(url).pathname.split('/').at(-1)!
  if (!/^[^/\\:\0]+$/.test(name) || name === '.' || name === '..')
    throw new RangeError(`fetchCached: name must be a file's name without a folder, got '${name}' for ${url}.`)
  const expected = checksum(url, options)
  const path = join(folder, name)
  if ((await isFile(path)) && (await digestOf(path, expected.kind)) === expected.hex) return path

  await mkdir(folder, { recursive: true })
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`
  const abort = new AbortController()
  let timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const response = await fetch(url, { signal: abort.signal, headers: { 'accept-encoding': 'identity' } })
    if (!response.ok || !response.body)
      throw new DownloadError(`fetchCached: ${url} answered ${response.status} ${response.statusText}. Look whether the file has moved.`)
    requireSafe(response.url || url, options.fetch !== undefined)
    const length = Number(response.headers.get('content-length') ?? NaN)
    const total = Number.isSafeInteger(length) && !response.headers.has('content-encoding') ? length : undefined
    const tooLarge = (bytes: number): DownloadError =>
      new DownloadError(`fetchCached: ${url} has ${bytes} bytes or more, maxBytes allows ${maxBytes}.`)
    if (total !== undefined && total > maxBytes) throw tooLarge(total)
    const hash = createHash(expected.kind)
    const file = await open(temporary, 'wx')
    try {
      let received = 0
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer)
        received += piece.length
        if (received > maxBytes) throw tooLarge(received)
        hash.update(piece)
        await file.writeFile(piece)
        onProgress?.({ url, received, total })
        timer = setTimeout(() => abort.abort(), timeoutMs)
      }
      const got = hash.digest('hex')
      if (got !== expected.hex)
        throw new DownloadError(
          `fetchCached: ${url} must have ${expected.kind} ${expected.hex}, the ${received} bytes received have ${got}. The file there has changed or was altered on the way; nothing was kept.`,
        )
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    return path
  } catch (error) {
    if (error instanceof PortolanError) throw error
    if (abort.signal.aborted)
      throw new DownloadError(`fetchCached: ${url} sent nothing for ${timeoutMs} ms. Try again, or set timeoutMs higher.`, { cause: error })
    if (isNetworkError(error))
      throw new DownloadError(
        `fetchCached: ${url} could not be fetched (${reasonOf(error)}). Connect to the network, or put the file with ${expected.kind} ${expected.hex} at ${path} yourself.`,
        { cause: error },
      )
    throw error
  } finally {
    clearTimeout(timer)
    abort.abort()
    await rm(temporary, { force: true })
  }
}

function requireSafe(url: string, loopbackAllowed: boolean): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: 'none', hostname: '' }
  const loopback = protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  if (protocol !== 'https:' && !(loopbackAllowed && loopback))
    throw new RangeError(`fetchCached: only https: URLs are fetched, got ${url}.`)
}

function checksum(url: string, { sha256, md5 }: FetchCachedOptions): { kind: 'sha256' | 'md5'; hex: string } {
  const [kind, hex, digits] = sha256 === undefined ? (['md5', md5, 32] as const) : (['sha256', sha256, 64] as const)
  if (hex === undefined) throw new RangeError(`fetchCached: a checksum is needed for ${url}. Give sha256 or md5.`)
  if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex))
    throw new RangeError(`fetchCached: ${kind} must be ${digits} hexadecimal digits, got '${hex}'.`)
  return { kind, hex: hex.toLowerCase() }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    s => s.isFile(),
    () => false,
  )

async function digestOf(path: string, kind: 'sha256' | 'md5'): Promise<string> {
  const hash = createHash(kind)
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

/** What `fetch` throws for a name that is not found, a refused or broken connection: a TypeError with the reason as its cause. */
const isNetworkError = (error: unknown): error is TypeError => error instanceof TypeError && error.cause !== undefined
function reasonOf(error: TypeError): string {
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined
  return String(cause?.code ?? cause?.message ?? error.message)
}
