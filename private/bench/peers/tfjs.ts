// TensorFlow.js as a peer of the benchmark: tfjs.ts JSON { model, sizes, threads, warmups }. Its own layout (NHWC) and gradients, on the
// wasm backend where that can train the model and on the cpu backend elsewhere.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { batchCount, type Input } from '../benchmark.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'
import { serve } from './serve.ts'
import { weights } from './tfjs/layers.ts'
import { models } from './tfjs/models.ts'
import { tf, wasm, type T } from './tfjs/tf.ts'

const { model, sizes, threads, warmups } = JSON.parse(process.argv[2]!) as {
  model: BenchmarkName
  sizes: object
  threads: number
  warmups: number
}

function draw({ shape, below }: Input): T {
  const [n, c, h, w] = shape as [number, number, number, number]
  const own = shape.length === 4 ? [n, h, w, c] : [...shape]
  return below ? tf.randomUniform(own, 0, below, 'int32') : tf.randomNormal(own, 0, 0.5)
}

/** Everything anew on a backend: variables, batches, optimizer. */
async function prepare(backend: string): Promise<() => number[]> {
  await tf.setBackend(backend)
  weights.length = 0
  const step = models[model]()
  const inputs = Object.entries(sized(model, sizes).setup.batch)
  const batches = Array.from({ length: batchCount }, () => Object.fromEntries(inputs.map(([name, input]) => [name, draw(input)])))
  let done = 0
  return () => tf.tidy(() => step(batches[done++ % batchCount]!).map(loss => loss.dataSync()[0]!))
}

wasm.setWasmPaths(`${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`)
wasm.setThreadsCount(threads)
let step = await prepare('wasm')
try {
  step()
} catch {
  step = await prepare('cpu') // the wasm backend lacks a kernel of this model's gradients
}
await serve({
  run: step,
  warmups,
  info: () => ({
    versions: { tfjs: tf.version.tfjs },
    parameters: weights.reduce((sum, v) => sum + v.size, 0),
    backend: tf.getBackend(),
  }),
})
