import type { FastifyInstance } from 'fastify'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { digits, writeImage } from '@portolan/data/node'
import type { OnnxModel } from '@portolan/export-onnx'
import { app } from './app.ts'
import { batcher, Overloaded } from './batcher.ts'
import { digitModel } from './digit-model.ts'

describe('the batcher', () => {
  it('gathers what comes while it computes, in order, and answers what waits before it closes', async () => {
    const batches: number[][] = []
    const queue = batcher<number, number>({
      maxBatch: 3,
      maxWaiting: 10,
      answer: async items => {
        batches.push([...items])
        await new Promise(done => setTimeout(done, 5))
        return items.map(n => 2 * n)
      },
    })
    const answers = [1, 2, 3, 4, 5].map(n => queue.ask(n))
    const closing = queue.close()
    await expect(queue.ask(6)).rejects.toThrow(Overloaded)
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10])
    await closing
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })
  it('refuses what is too much, and goes on after a batch that failed', async () => {
    let fail = true
    const queue = batcher<number, number>({
      maxBatch: 2,
      maxWaiting: 2,
      answer: async items => {
        if (fail) throw new Error('no luck')
        return items
      },
    })
    const first = [queue.ask(1), queue.ask(2)]
    await expect(queue.ask(3)).rejects.toThrow(/2 pictures wait/)
    for (const p of first) await expect(p).rejects.toThrow('no luck')
    fail = false
    expect(await queue.ask(4)).toBe(4)
  })
})

describe('the service', () => {
  let [folder, model, server]: [string, OnnxModel, FastifyInstance] = [] as never
  const { test } = digits({ train: 1, test: 40, seed: 9 })
  const pngs: Buffer[] = []
  const post = (payload: Buffer | string, type = 'image/png', to = server) =>
    to.inject({ method: 'POST', url: '/digits', payload, headers: { 'content-type': type } })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-service-'))
    model = await digitModel(join(folder, 'digits.onnx'), 1)
    server = await app({ model, maxBytes: 4096 })
    for (let i = 0; i < test.length; i++) {
      const file = join(folder, `${i}.png`)
      await writeImage(file, test.at(i).image as { shape: number[]; data: Uint8Array })
      pngs.push(await readFile(file))
    }
  }, 120_000)
  afterAll(async () => {
    await server.close()
    await model.dispose()
    await rm(folder, { recursive: true })
  })

  it('reads digits, many at a time', async () => {
    const answers = await Promise.all(pngs.map(png => post(png)))
    const found = answers.map(a => a.json<{ digit: number; probability: number; probabilities: number[] }>())
    const right = found.filter(({ digit }, i) => digit === test.at(i).label.data[0]).length
    expect(right).toBeGreaterThanOrEqual(36)
    for (const { digit, probability, probabilities } of found) {
      expect(probability).toBe(Math.max(...probabilities))
      expect(probabilities[digit]).toBe(probability)
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    }
    const metrics = (await server.inject('/metrics')).body
    expect(Number(/^batch_size_count (\d+)$/m.exec(metrics)![1])).toBeLessThan(40)
    expect(Number(/^batch_size_sum (\d+)$/m.exec(metrics)![1])).toBe(40)
  })
  it('says what is wrong with a request', async () => {
    const cases = [
      [await post('no picture'), 400, /no readable picture/],
      [await post(pngs[0]!.subarray(0, 60)), 400, /no readable picture/],
      [await post(''), 400, /no readable picture/],
      [await post(Buffer.alloc(5000)), 413, /too large/],
      [await post('{}', 'text/css'), 415, /Unsupported Media Type/],
      [await server.inject('/digits'), 404, /not found/],
    ] as const
    for (const [answer, status, message] of cases) {
      expect(answer.statusCode).toBe(status)
      expect(answer.body).toMatch(message)
    }
    expect((await server.inject('/health')).json()).toEqual({ status: 'ok', waiting: 0 })
    expect((await server.inject('/metrics')).body).toMatch(/^requests_total\{status="400"\} 3$/m)
  })
  it('limits how often one address asks', async () => {
    const strict = await app({ model, perMinute: 2 })
    const codes = []
    for (let i = 0; i < 3; i++) codes.push((await post(pngs[0]!, 'image/png', strict)).statusCode)
    expect(codes).toEqual([200, 200, 429])
    await strict.close()
  })
  // Windows ends a process at SIGTERM without telling it
  it.skipIf(process.platform === 'win32')(
    'finishes what is in flight when it is told to end',
    async () => {
      const main = join(import.meta.dirname, 'main.ts')
      const args = [
        '--conditions=@portolan/source',
        '--import',
        'tsx',
        main,
        '--port',
        '0',
        '--grace',
        '2000',
        '--model',
        join(folder, 'digits.onnx'),
      ]
      const service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      service.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      const ended = once(service, 'exit')
      await vi.waitUntil(() => said.includes('/digits'), 60_000)
      const url = /http\S+/.exec(said)![0]
      const post = () => fetch(url, { method: 'POST', body: new Uint8Array(pngs[0]!), headers: { 'content-type': 'image/png' } })
      await (await post()).json()
      const asked = Array.from({ length: 64 }, post)
      await Promise.race(asked) // one has its answer, the others wait for theirs
      service.kill('SIGTERM')
      expect((await Promise.all(asked)).map(answer => answer.status)).toEqual(asked.map(() => 200))
      expect(await ended).toEqual([0, null])
      expect(said).toMatch(/Stopped\./)
      await expect(post()).rejects.toThrow('fetch failed')
    },
    120_000,
  )
})
