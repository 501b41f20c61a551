import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { FormatError } from '@portolan/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeIdx } from './idx.ts'
import { mnist } from './mnist.ts'

const shared = process.env.PORTOLAN_DATA && join(process.env.PORTOLAN_DATA, 'mnist')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-'))
  vi.stubEnv('PORTOLAN_DATA', undefined)
  vi.stubEnv('PORTOLAN_CACHE', join(folder, 'cache'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe.skipIf(!shared)('mnist from files (needs PORTOLAN_DATA/mnist)', () => {
  it('has the counts and the first labels of the original, and each digit as often as published', async () => {
    vi.unstubAllEnvs()
    const { train, test } = await mnist()
    expect([train.length, test.length, train.fields.image.shape, test.fields.image.shape]).toEqual([
      60_000,
      10_000,
      [60_000, 28, 28],
      [10_000, 28, 28],
    ])
    expect([...train.fields.label.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    expect([...test.fields.label.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    const counts = (labels: Iterable<number>): number[] =>
      [...labels].reduce<number[]>((sum, label) => ((sum[label] = sum[label]! + 1), sum), Array(10).fill(0))
    expect(counts(train.fields.label.data)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(counts(test.fields.label.data)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    let sum = 0
    for (const value of train.fields.image.data) sum += value
    expect(sum / train.fields.image.data.length / 255).toBeCloseTo(0.1307, 4)
  })

  it('downloads what no folder has, once, and takes files whose gzip is another', async () => {
    await copyFile(join(shared!, 'train-images-idx3-ubyte.gz'), join(folder, 'train-images-idx3-ubyte.gz'))
    const asked: string[] = []
    const server = createServer(async (request, response) => {
      asked.push(request.url!)
      response.end(await readFile(join(shared!, request.url!.split('/').at(-1)!)))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const options = { root: folder, mirror: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`, fetch }
      let received = 0
      const { test } = await mnist({ ...options, onProgress: progress => (received = Math.max(received, progress.received)) })
      expect([test.length, test.fields.label.data[0], received]).toEqual([10_000, 7, 1_648_877])
      await mnist(options)
      expect(asked).toEqual(['/mnist/train-labels-idx1-ubyte.gz', '/mnist/t10k-labels-idx1-ubyte.gz', '/mnist/t10k-images-idx3-ubyte.gz'])
    } finally {
      server.close()
    }
  })
})

describe('mnist', () => {
  it('asks the mirror for the labels first and keeps nothing that is wrong', async () => {
    const asked: string[] = []
    const wrong = async (url: Parameters<typeof fetch>[0]): Promise<Response> => (
      asked.push(String(url)),
      new Response(gzipSync(encodeIdx({ data: new Uint8Array(60_000), shape: [60_000] })))
    )
    await expect(mnist({ fetch: wrong })).rejects.toThrow(/must have md5 d53e105ee54ea40749a09fcbcd1e9432/)
    expect(asked).toEqual(['https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz'])
    expect(await readdir(join(folder, 'cache', 'mnist'))).toEqual([])
  })

  it('says what to do without a network', async () => {
    const offline = (): Promise<Response> => Promise.reject(new TypeError('fetch failed', { cause: { code: 'EAI_AGAIN' } }))
    await expect(mnist({ fetch: offline })).rejects.toThrow(
      /could not be fetched \(EAI_AGAIN\)\. Connect to the network, or put the file with md5 d53e105ee54ea40749a09fcbcd1e9432 at .*train-labels-idx1-ubyte\.gz yourself/,
    )
  })

  it.each<[string, string, Uint8Array, RegExp]>([
    [
      'other content',
      'train-labels-idx1-ubyte',
      encodeIdx({ data: new Uint8Array(60_000), shape: [60_000] }),
      /has 60008 bytes of content with SHA-256 65a50cbb[0-9a-f]+, this one has 60008 with/,
    ],
    ['a truncated file', 'train-labels-idx1-ubyte', new Uint8Array(100), /this one has 100 with/],
    [
      'what is no gzip',
      'train-labels-idx1-ubyte.gz',
      Buffer.from('<html>not here</html>'),
      /the 21 bytes are no gzip of 60008 bytes \(incorrect header check\)/,
    ],
    [
      'a truncated gzip',
      'train-labels-idx1-ubyte.gz',
      gzipSync(new Uint8Array(60_008)).subarray(0, 50),
      /the 50 bytes are no gzip of 60008 bytes \(unexpected end of file\)/,
    ],
    [
      'a decompression bomb',
      'train-labels-idx1-ubyte.gz',
      gzipSync(new Uint8Array(10_000_000)),
      /are no gzip of 60008 bytes \(Cannot create a Buffer larger than 60008 bytes\)/,
    ],
  ])('refuses %s in a folder, naming the file', async (_, name, bytes, message) => {
    await writeFile(join(folder, name), bytes)
    const error: unknown = await mnist({ root: folder, fetch: () => Promise.reject(new Error('must not fetch')) }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(FormatError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(`${join(folder, name)}: `)
  })
})
