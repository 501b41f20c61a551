import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { FormatError, tensor, type Runner } from '@portolan/core'
import { readImage } from '@portolan/data/node'
import { batcher, Overloaded } from './batcher.ts'

export interface AppOptions {
  /** uint8 pixels [n, 1, 28, 28] → output: probabilities [n, 10] */
  readonly model: Runner
  /** Pictures in a batch at most; default 64. */
  readonly maxBatch?: number
  /** Pictures that may wait; more are refused with 503. Default 1024. */
  readonly maxWaiting?: number
  /** Bytes of a picture at most; more are refused with 413. Default 256 KiB. */
  readonly maxBytes?: number
  /** Requests of one address in a minute; more are refused with 429. Default 6,000. */
  readonly perMinute?: number
}

const side = 28
const size = side * side

/** A service that reads digits: POST /digits with a picture, GET /health, GET /metrics. */
export async function app({
  model,
  maxBatch = 64,
  maxWaiting = 1024,
  maxBytes = 256 * 1024,
  perMinute = 6000,
}: AppOptions): Promise<FastifyInstance> {
  const server = Fastify({ bodyLimit: maxBytes })
  const registry = new Registry()
  const metric = { registers: [registry] }
  const answered = new Counter({ name: 'requests_total', help: 'Answers by their status.', labelNames: ['status'], ...metric })
  const seconds = new Histogram({ name: 'request_seconds', help: 'From question to answer.', buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5], ...metric }) // prettier-ignore
  const sizes = new Histogram({ name: 'batch_size', help: 'Pictures computed together.', buckets: [1, 2, 4, 8, 16, 32, 64], ...metric })
  const waiting = {
    name: 'waiting',
    help: 'Pictures that wait.',
    registers: [],
    collect(this: Gauge) {
      this.set(queue.waiting)
    },
  }
  registry.registerMetric(new Gauge(waiting))

  const queue = batcher<Uint8Array, Float32Array>({
    maxBatch,
    maxWaiting,
    async answer(pictures) {
      sizes.observe(pictures.length)
      const pixels = new Uint8Array(pictures.length * size)
      pictures.forEach((picture, i) => pixels.set(picture, i * size))
      const { output } = await model.predict({ pixels: tensor(pixels, [pictures.length, 1, side, side]) })
      const all = (await output!.data()) as Float32Array
      return pictures.map((_, i) => all.subarray(10 * i, 10 * i + 10))
    },
  })

  await server.register(rateLimit, { max: perMinute, timeWindow: '1 minute' })
  server.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  server.addHook('onResponse', async (_, reply) => {
    answered.inc({ status: reply.statusCode })
    seconds.observe(reply.elapsedTime / 1000)
  })
  server.addHook('onClose', () => queue.close())
  server.setErrorHandler<Error & { statusCode?: number }>((error, _, reply) => {
    const status = error instanceof FormatError ? 400 : error instanceof Overloaded ? 503 : (error.statusCode ?? 500)
    if (status === 500) console.error(error)
    return reply.code(status).send({ error: status === 500 ? 'something went wrong here' : error.message })
  })

  server.post<{ Body: Buffer }>('/digits', async request => {
    const probabilities = await queue.ask(await whiteOnBlack(request.body ?? new Uint8Array()))
    const digit = probabilities.indexOf(Math.max(...probabilities))
    return { digit, probability: probabilities[digit], probabilities: Array.from(probabilities) }
  })
  server.get('/health', () => ({ status: 'ok', waiting: queue.waiting }))
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return server
}

/** A picture as the model wants it: 28 × 28, white on black; what has a bright border is turned around. */
async function whiteOnBlack(bytes: Uint8Array): Promise<Uint8Array> {
  const { data } = await readImage(bytes, { width: side, height: side, channels: 1, maxPixels: 2 ** 22 })
  const border = data.filter((_, i) => i < side || i >= size - side || i % side === 0 || i % side === side - 1)
  return border.reduce((a, b) => a + b, 0) / border.length > 127 ? data.map(p => 255 - p) : data
}
