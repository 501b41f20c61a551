// How much the service answers on this machine: as many questions as it takes, over loopback, for some seconds.
//   node --conditions=@portolan/source --import tsx examples/service/load.ts [SECONDS]
import autocannon from 'autocannon'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digits, writeImage } from '@portolan/data/node'
import { app } from './app.ts'
import { digitModel } from './digit-model.ts'

const duration = Number(process.argv[2] ?? 10)
const folder = await mkdtemp(join(tmpdir(), 'portolan-service-'))
const model = await digitModel('out/service/digits.onnx', 1)
try {
  const picture = join(folder, 'digit.png')
  const { image } = digits({ train: 1, test: 1, seed: 1 }).test.at(0)
  await writeImage(picture, image as { shape: number[]; data: Uint8Array })
  const body = await readFile(picture)
  console.log('| clients | answers a second | median ms | 99 % within ms | refused |\n| --- | --- | --- | --- | --- |')
  for (const connections of [1, 8, 64]) {
    const server = await app({ model, perMinute: 1e9 })
    const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/digits`
    const { requests, latency, non2xx } = await autocannon({ url, method: 'POST', body, headers: { 'content-type': 'image/png' }, connections, duration }) // prettier-ignore
    console.log(`| ${connections} | ${requests.average.toFixed(0)} | ${latency.p50} | ${latency.p99} | ${non2xx} |`)
    await server.close()
  }
} finally {
  await model.dispose()
  await rm(folder, { recursive: true })
}
