import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LockedError, RangeError } from '../../errors.ts'
import { cacheFolder } from './cache-folder.ts'
import { DownloadError, fetchCached, type DownloadProgress } from './fetch-cached.ts'

const content = Buffer.from('port to port, '.repeat(20_000))
const sha256 = createHash('sha256').update(content).digest('hex')
const part = `chart.bin.${sha256.slice(0, 16)}.part`
const md5 = createHash('md5').update(content).digest('hex')

let folder: string
let server: Server
let requests: string[]
let answer: RequestListener

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-'))
  requests = []
  answer = (_, response) => response.setHeader('content-length', content.length).end(content)
  server = createServer((request, response) => {
    requests.push(request.url!)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true })
})

const url = (path = '/chart.bin'): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
const get = (options: Partial<Parameters<typeof fetchCached>[1]> = {}, path?: string): Promise<string> =>
  fetchCached(url(path), { sha256, folder, fetch, ...options })

describe('fetchCached', () => {
  it('downloads once, with progress, and finds the file the next time', async () => {
    const progress: DownloadProgress[] = []
    const path = await get({ onProgress: p => progress.push(p) })
    expect(path).toBe(join(folder, 'chart.bin'))
    expect(content.equals(await readFile(path))).toBe(true)
    expect(progress.at(-1)).toEqual({ url: url(), received: content.length, total: content.length })
    expect(progress.map(p => p.received)).toEqual(progress.map(p => p.received).sort((a, b) => a - b))
    progress.length = 0
    expect(await get({ onProgress: p => progress.push(p) })).toBe(path)
    expect(await get({ sha256: undefined!, md5: md5.toUpperCase() })).toBe(path)
    expect([requests.length, progress.length]).toEqual([1, 0])
    expect(await readdir(folder)).toEqual(['chart.bin'])
  })

  it('makes the folder and takes another name', async () => {
    expect(await get({ folder: join(folder, 'a', 'b'), name: 'other' })).toBe(join(folder, 'a', 'b', 'other'))
  })

  it('keeps it within the cache folder unless the folder is absolute', async () => {
    vi.stubEnv('PORTOLAN_CACHE', folder)
    try {
      expect(await get({ folder: 'mnist' })).toBe(join(folder, 'mnist', 'chart.bin'))
      expect(await fetchCached(url(), { sha256, fetch })).toBe(join(folder, 'chart.bin'))
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('fetches anew what is there with other content', async () => {
    await writeFile(join(folder, 'chart.bin'), 'half a file')
    expect(content.equals(await readFile(await get()))).toBe(true)
  })

  it('serves several callers at once', async () => {
    expect(new Set(await Promise.all([get(), get(), get()]))).toEqual(new Set([join(folder, 'chart.bin')]))
    expect(await readdir(folder)).toEqual(['chart.bin'])
  })

  /** Fails with a message that fits, leaves the old file and nothing else. */
  async function expectFailure(
    message: RegExp,
    options: Partial<Parameters<typeof fetchCached>[1]> = {},
    parts: string[] = [],
  ): Promise<void> {
    await writeFile(join(folder, 'chart.bin'), 'old')
    const error: unknown = await get(options).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DownloadError)
    expect((error as Error).message).toMatch(message)
    expect(await readdir(folder)).toEqual(['chart.bin', ...parts])
    expect(await readFile(join(folder, 'chart.bin'), 'utf8')).toBe('old')
  }

  it('refuses a wrong checksum', async () => {
    const wrong = sha256.replace(/./g, d => (d === '0' ? '1' : '0'))
    await expectFailure(new RegExp(`must have sha256 ${wrong}, the ${content.length} bytes received have ${sha256}`), { sha256: wrong })
  })

  it('refuses a file that says it is too large, and one that turns out so', async () => {
    await expectFailure(/has 280000 bytes or more, maxBytes allows 1000/, { maxBytes: 1000 })
    answer = (_, response) => response.write(content, () => response.write(content, () => response.end(content)))
    await expectFailure(/bytes or more, maxBytes allows 300000/, { maxBytes: 300_000 })
  })

  it('reports an answer that is no success', async () => {
    answer = (_, response) => response.writeHead(404).end('no')
    await expectFailure(/answered 404 Not Found/)
  })

  it('gives up a server that stops sending', async () => {
    answer = (_, response) => response.setHeader('content-length', content.length).write(content.subarray(0, 1000))
    await expectFailure(/sent nothing for 100 ms/, { timeoutMs: 100 }, [part])
    answer = () => {}
    await expectFailure(/sent nothing for 100 ms/, { timeoutMs: 100 }, [part])
  })

  it('says so when the connection breaks or there is no network', async () => {
    answer = (_, response) =>
      response.setHeader('content-length', content.length).write(content.subarray(0, 1000), () => response.destroy())
    await expectFailure(
      /could not be fetched \(.+\)\. Connect to the network, or put the file with sha256 [0-9a-f]{64} at .*chart\.bin yourself/,
      {},
      [part],
    )
    const nowhere = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }))
    await expectFailure(/could not be fetched \(ENOTFOUND\)/, { fetch: nowhere }, [part])
  })

  it('goes on where it broke off', async () => {
    let destroy!: () => void
    answer = (_, response) => {
      destroy = () => response.destroy()
      response.setHeader('content-length', content.length).write(content.subarray(0, 1000))
    }
    await expect(get({ onProgress: () => destroy() })).rejects.toThrow(DownloadError)
    const had = (await stat(join(folder, part))).size
    expect(had).toBe(1000)
    const ranges: unknown[] = []
    answer = (request, response) => {
      ranges.push(request.headers.range)
      response
        .writeHead(206, { 'content-range': `bytes ${had}-${content.length - 1}/${content.length}`, 'content-length': content.length - had })
        .end(content.subarray(had))
    }
    const progress: DownloadProgress[] = []
    expect(content.equals(await readFile(await get({ onProgress: p => progress.push(p) })))).toBe(true)
    expect([ranges, progress.at(-1)]).toEqual([[`bytes=${had}-`], { url: url(), received: content.length, total: content.length }])
    expect(await readdir(folder)).toEqual(['chart.bin'])
  })

  it.each([
    ['does not go on', 200, {}],
    ['goes on elsewhere', 206, { 'content-range': `bytes 7-${content.length - 1}/${content.length}` }],
    ['has no such range', 416, {}],
  ])('begins anew where the server %s', async (_, status, headers) => {
    await writeFile(join(folder, part), 'half')
    answer = (request, response) => {
      if (request.headers.range === undefined) response.end(content)
      else response.writeHead(status, headers).end(status === 200 ? content : undefined)
    }
    expect(content.equals(await readFile(await get()))).toBe(true)
    expect(await readdir(folder)).toEqual(['chart.bin'])
  })

  it('waits for another process that fetches the same file', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const began = (await readFile(`/proc/${other.pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ')[19] ?? '0'
    const lock = join(folder, `chart.bin.lock-${encodeURIComponent(hostname())}-${other.pid}-${began}`)
    await writeFile(lock, '')
    const waiting = get()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(requests).toEqual([])
    other.kill('SIGKILL') // it dies, and its lock counts no more
    expect(content.equals(await readFile(await waiting))).toBe(true)
    expect(await readdir(folder)).toEqual(['chart.bin'])
  })

  it('does not wait for ever for one that gets nothing', async () => {
    await writeFile(join(folder, 'chart.bin.lock-elsewhere-7-7'), '')
    const error: unknown = await get({ timeoutMs: 100 }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(LockedError)
    expect((error as Error).message).toMatch(
      /in use by process 7 of elsewhere\..*If it no longer runs, delete .*chart\.bin\.lock-elsewhere-7-7/,
    )
    expect(requests).toEqual([])
  })

  it('follows a few redirections, and not to what is unsafe', async () => {
    answer = (request, response) => {
      const n = Number(/\d+/.exec(request.url!)?.[0] ?? 5)
      if (n === 0) response.end(content)
      else response.writeHead(302, { location: `/hop${n - 1}` }).end()
    }
    expect(content.equals(await readFile(await get()))).toBe(true)
    expect(requests).toEqual(['/chart.bin', '/hop4', '/hop3', '/hop2', '/hop1', '/hop0'])
    await expect(get({ name: 'other' }, '/hop6')).rejects.toThrow(/redirects more than 5 times/)
    answer = (_, response) => response.writeHead(302, { location: 'http://example.org/chart.bin' }).end()
    await expect(get({ name: 'third' })).rejects.toThrow(/only https: URLs are fetched, got http:\/\/example.org/)
  })

  it('does not believe a fetch that followed one by itself to what is not HTTPS', async () => {
    await expect(
      get({ fetch: async () => Object.defineProperty(new Response(content), 'url', { value: 'http://example.org/chart.bin' }) }),
    ).rejects.toThrow(/only https: URLs are fetched, got http:\/\/example.org/)
    expect(await readdir(folder)).toEqual([])
  })

  it('passes on what a progress callback throws', async () => {
    const own = new TypeError('mine')
    await expect(
      get({
        onProgress: () => {
          throw own
        },
      }),
    ).rejects.toBe(own)
    expect(await readdir(folder)).toEqual([])
  })

  it('refuses other protocols, names with folders and bad checksums before it fetches', async () => {
    const cases: [string, Parameters<typeof fetchCached>[1], RegExp][] = [
      [url(), { sha256 }, /only https: URLs/],
      ['http://example.org/x', { sha256, fetch }, /only https: URLs/],
      ['file:///etc/passwd', { sha256, fetch }, /only https: URLs/],
      ['chart', { sha256 }, /only https: URLs/],
      [url('/'), { sha256, fetch }, /name must be a file's name/],
      [url(), { sha256, fetch, name: '../b' }, /name must be a file's name/],
      [url(), { sha256, fetch, name: '..' }, /name must be a file's name/],
      [url(), { sha256, fetch, name: 'C:x' }, /name must be a file's name/],
      [url(), { fetch }, /a checksum is needed/],
      [url(), { fetch, sha256: 'abc' }, /sha256 must be 64 hexadecimal digits/],
      [url(), { fetch, md5: 'g'.repeat(32) }, /md5 must be 32 hexadecimal digits/],
    ]
    for (const [address, options, message] of cases) {
      const error: unknown = await fetchCached(address, { folder, ...options }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(RangeError)
      expect((error as Error).message).toMatch(message)
    }
    expect(requests).toEqual([])
  })
})

describe('cacheFolder', () => {
  it.each<[NodeJS.ProcessEnv, NodeJS.Platform, string]>([
    [{ PORTOLAN_CACHE: '/data/cache', XDG_CACHE_HOME: '/x' }, 'linux', '/data/cache'],
    [{ XDG_CACHE_HOME: '/x' }, 'linux', join('/x', 'portolan')],
    [{}, 'linux', join(homedir(), '.cache', 'portolan')],
    [{}, 'darwin', join(homedir(), 'Library', 'Caches', 'portolan')],
    [{ LOCALAPPDATA: '/local' }, 'win32', join('/local', 'portolan', 'Cache')],
  ])('follows the convention: %o on %s', (env, platform, expected) => {
    expect(cacheFolder(env, platform)).toBe(expected)
  })
})
