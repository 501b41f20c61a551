import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LockedError, PortolanError, RangeError } from '../../errors.ts'
import { lockFolder } from '../../train/node/folder-lock.ts'
import { cacheFolder } from './cache-folder.ts'

/** A download that did not come, or not as it should be; what was there before is untouched. */
export class DownloadError extends PortolanError {
  static override readonly code = 'PORTOLAN_DOWNLOAD'
}

/** How far a download is. */
export interface DownloadProgress {
  readonly url: string
  /** Bytes so far. */
  readonly received: number
  /** Bytes in all, if the server says so. */
  readonly total: number | undefined
}

/** Options of `fetchCached`. */
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
 * A download goes to a temporary file beside it and takes the name only when it is whole and its checksum right. One that breaks off
 * goes on from there the next time. While one process fetches a file, others wait for it, as long as bytes come.
 *
 * @throws DownloadError when there is no network, the server refuses, the time is over, or the size or checksum is wrong;
 * LockedError when another process holds the file and gets nothing;
 * RangeError when the URL is not HTTPS or an option is not as it should be.
 *
 * @example
 * const file = await fetchCached('https://example.org/weights.safetensors', { sha256: '9f86d081884c7d65…', onProgress: ({ received }) => console.log(received) })
 */
export async function fetchCached(url: string, options: FetchCachedOptions): Promise<string> {
  const folder = resolve(cacheFolder(), options.folder ?? '')
  requireSafe(url, options.fetch !== undefined)
  const name = options.name ?? new URL(url).pathname.split('/').at(-1)!
  if (!/^[^/\\:\0]+$/.test(name) || name === '.' || name === '..')
    throw new RangeError(`fetchCached: name must be a file's name without a folder, got '${name}' for ${url}.`)
  const expected = checksum(url, options)
  const path = join(folder, name)
  const job = `${path} ${expected.hex}`
  const running = inFlight.get(job) ?? fetchOnce(url, path, expected, options).finally(() => inFlight.delete(job))
  inFlight.set(job, running)
  return running
}

/** What this process is fetching. */
const inFlight = new Map<string, Promise<string>>()
const wait = 200 // milliseconds, between two looks whether another process has finished
const maxRedirects = 5
const patience = 30_000 // milliseconds

interface Expected {
  readonly kind: 'sha256' | 'md5'
  readonly hex: string
}

async function fetchOnce(url: string, path: string, expected: Expected, options: FetchCachedOptions): Promise<string> {
  const { timeoutMs = patience } = options
  const isThere = async (): Promise<boolean> => (await isFile(path)) && (await digestOf(path, expected.kind)) === expected.hex
  if (await isThere()) return path
  await mkdir(dirname(path), { recursive: true })
  let seen = { bytes: -1, at: performance.now() }
  for (;;) {
    let release: () => Promise<void>
    try {
      release = await lockFolder(dirname(path), { name: 'fetchCached', prefix: `${basename(path)}.` })
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      const bytes = await sizeOf(partOf(path, expected))
      if (bytes !== seen.bytes) seen = { bytes, at: performance.now() }
      else if (performance.now() - seen.at > timeoutMs) throw error // it hangs, or ran on a machine that is gone
      await new Promise(resolve => setTimeout(resolve, wait + (process.pid % 97))) // two that ask at once do not ask again at once
      continue
    }
    try {
      if (!(await isThere())) await download(url, path, expected, options)
      return path
    } finally {
      await release()
    }
  }
}

/** Fetches into a file beside, from where an earlier attempt broke off, and gives it the name when it is whole. */
async function download(url: string, path: string, expected: Expected, options: FetchCachedOptions): Promise<void> {
  const { maxBytes = 2 ** 30, timeoutMs = patience, onProgress, fetch = globalThis.fetch } = options
  const part = partOf(path, expected)
  const abort = new AbortController()
  let timer = setTimeout(() => abort.abort(), timeoutMs)
  let keep = false
  try {
    let received = await sizeOf(part)
    const ask = (from: number): Promise<Response> =>
      followed(url, options.fetch !== undefined, address =>
        fetch(address, {
          signal: abort.signal,
          redirect: 'manual',
          headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
        }),
      )
    let response = await ask(received)
    const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${received}-`) === true
    if (received > 0 && !goesOn && (response.status === 206 || response.status === 416)) {
      await response.body?.cancel()
      response = await ask(0)
    }
    if (!goesOn) received = 0
    if (!response.ok || !response.body)
      throw new DownloadError(`fetchCached: ${url} answered ${response.status} ${response.statusText}. Look whether the file has moved.`)
    const length = Number(response.headers.get('content-length') ?? NaN)
    const total = Number.isSafeInteger(length) && !response.headers.has('content-encoding') ? received + length : undefined
    const tooLarge = (bytes: number): DownloadError =>
      new DownloadError(`fetchCached: ${url} has ${bytes} bytes or more, maxBytes allows ${maxBytes}.`)
    if (total !== undefined && total > maxBytes) throw tooLarge(total)
    const hash = createHash(expected.kind)
    if (goesOn) for await (const piece of createReadStream(part)) hash.update(piece as Uint8Array)
    const file = await open(part, goesOn ? 'a' : 'w')
    try {
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
    await rename(part, path)
  } catch (error) {
    if (error instanceof PortolanError) throw error
    keep = abort.signal.aborted || isNetworkError(error)
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
    if (!keep) await rm(part, { force: true })
  }
}

/** Follows redirections, a few, each of which must be as safe as the first address. */
async function followed(url: string, loopbackAllowed: boolean, ask: (address: string) => Promise<Response>): Promise<Response> {
  let address = url
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await ask(address)
    requireSafe(response.url || address, loopbackAllowed)
    const next = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (next === null) return response
    await response.body?.cancel()
    address = new URL(next, address).href
    requireSafe(address, loopbackAllowed)
  }
  throw new DownloadError(
    `fetchCached: ${url} redirects more than ${maxRedirects} times, at last to ${address}. Look for the file's own address.`,
  )
}

function requireSafe(url: string, loopbackAllowed: boolean): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: 'none', hostname: '' }
  const loopback = protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  if (protocol !== 'https:' && !(loopbackAllowed && loopback))
    throw new RangeError(`fetchCached: only https: URLs are fetched, got ${url}.`)
}

function checksum(url: string, { sha256, md5 }: FetchCachedOptions): Expected {
  const [kind, hex, digits] = sha256 === undefined ? (['md5', md5, 32] as const) : (['sha256', sha256, 64] as const)
  if (hex === undefined) throw new RangeError(`fetchCached: a checksum is needed for ${url}. Give sha256 or md5.`)
  if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex))
    throw new RangeError(`fetchCached: ${kind} must be ${digits} hexadecimal digits, got '${hex}'.`)
  return { kind, hex: hex.toLowerCase() }
}

/** Where a download is until it is whole. */
const partOf = (path: string, { hex }: Expected): string => `${path}.${hex.slice(0, 16)}.part`

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0
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
