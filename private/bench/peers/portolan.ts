// Portolan in the benchmark: portolan.ts JSON, see PortolanJob
import { createRequire } from 'node:module'
import { compile, Trainer, type Callback, type Layer, type Tensor } from '@portolan/core'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'
import { parameterCount, prepare } from '../benchmark.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'
import { serve } from './serve.ts'

export interface PortolanJob {
  readonly model: BenchmarkName
  readonly sizes: object
  readonly threads: number
  readonly warmups: number
  /** With the engine's option of that name. */
  readonly lean?: boolean
  /** Epochs of so many training steps, as a user's `Trainer` makes them; a compiled forward; or the exported file. */
  readonly does: { readonly train: number } | 'forward' | 'file'
}

const { model: name, sizes, threads, warmups, does, lean = false } = JSON.parse(process.argv[2]!) as PortolanJob
const { trainee, batches } = prepare(sized(name, sizes).setup)
const stepsARun = typeof does === 'object' ? does.train : 1
let runs = 0

function training(): () => Promise<number[]> {
  let figures: number[] = []
  const watch: Callback = { watches: true, batchEnd: ({ logs }) => void figures.push(...Object.values(logs)) }
  const step = { train: (batch: Record<string, Tensor>) => trainee.step(batch), state: trainee.state }
  const trainer = new Trainer({ step, engine: onnx({ threads, lean }), callbacks: [watch], progress: false })
  return async () => {
    figures = []
    await trainer.fit(
      Array.from({ length: stepsARun }, () => batches[runs++ % batches.length]!),
      { epochs: 1 },
    )
    return figures
  }
}

async function predicting(): Promise<() => Promise<number[]>> {
  const model = (trainee.model as Layer).eval() as Layer
  const next = (): Tensor => batches[runs++ % batches.length]!.x!
  if (does === 'file') {
    const [, ...shape] = batches[0]!.x!.shape
    const file = await OnnxModel.load(await exportOnnx(model, { x: ['n', ...shape] }), { threads })
    return async () => [...(await Object.values(await file.predict({ x: next() }))[0]!.data()).subarray(0, 8)]
  }
  const forward = compile((x: Tensor) => model.forward(x), { engine: onnx({ threads }) })
  return async () => [...(await (await forward(next())).data()).subarray(0, 8)]
}

await serve({
  run: typeof does === 'object' ? training() : await predicting(),
  warmups,
  stepsARun,
  info: () => ({
    versions: { 'onnxruntime-node': (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version },
    parameters: parameterCount(trainee.model),
  }),
})
