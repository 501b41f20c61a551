// How much the service answers on this machine, over loopback: for some seconds with 1, 8 and 64 clients, and so many questions of 64.
//   node --conditions=@portolan/source --import tsx examples/service/load.ts [SECONDS] [QUESTIONS]
import autocannon from 'autocannon'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digits, writeImage } from '@portolan/data/node'
import { app } from './app.ts'
import { digitModel } from './digit-model.ts'

const [duration, amount] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 10_000)]
const folder = await mkdtemp(join(tmpdir(), 'portolan-service-'))
const model = await digitModel('out/service/digits.onnx', 1)

interface Found {
  readonly seconds: number
  /** Milliseconds of each answer, the quickest first. */
  readonly times: readonly number[]
  readonly wrong: number
  /** Pictures in a batch, on average. */
  readonly batch: number
}

/** Asks a service of its own and looks at its answers. */
async function ask(body: Buffer, connections: number, ends: { duration: number } | { amount: number }): Promise<Found> {
  const server = await app({ model, perMinute: 1e9 })
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/digits`
  const times: number[] = []
  const start = performance.now()
  const { non2xx, errors, timeouts } = await new Promise<autocannon.Result>((done, fail) => {
    const options = { url, method: 'POST' as const, body, headers: { 'content-type': 'image/png' }, connections, ...ends }
    const run = autocannon(options, (error: Error | null, result) => (error ? fail(error) : done(result)))
    run.on('response', (_, __, ___, ms) => times.push(ms))
  })
  const seconds = (performance.now() - start) / 1000
  const { body: metrics } = await server.inject('/metrics')
  const metric = (name: string): number => Number(new RegExp(`^batch_size_${name} (\\d+)$`, 'm').exec(metrics)![1])
  await server.close()
  return { seconds, times: times.toSorted((a, b) => a - b), wrong: non2xx + errors + timeouts, batch: metric('sum') / metric('count') }
}

try {
  const picture = join(folder, 'digit.png')
  const { image } = digits({ train: 1, test: 1, seed: 1 }).test.at(0)
  await writeImage(picture, image as { shape: number[]; data: Uint8Array })
  const body = await readFile(picture)
  const row = (name: string | number, { seconds, times, wrong, batch }: Found): void => {
    const within = (share: number): string => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(1)
    const figures = [
      name,
      times.length,
      (times.length / seconds).toFixed(0),
      within(0.5),
      within(0.95),
      within(0.99),
      batch.toFixed(1),
      wrong,
    ]
    console.log(`| ${figures.join(' | ')} |`)
  }
  console.log('| clients | answers | a second | median ms | 95 % within ms | 99 % within ms | pictures a batch | refused, failed or late |')
  console.log(`|${' --- |'.repeat(8)}`)
  for (const connections of [1, 8, 64]) row(connections, await ask(body, connections, { duration }))
  row(`64, ${amount.toLocaleString('en')} questions`, await ask(body, 64, { amount }))
} finally {
  await model.dispose()
  await rm(folder, { recursive: true })
}
