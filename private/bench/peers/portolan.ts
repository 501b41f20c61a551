// Portolan in the benchmark: portolan.ts JSON, see PortolanJob
import { createRequire } from 'node:module'
import { compile, repeated, type Layer, type Tensor } from '@portolan/core'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'
import { parameterCount, prepare } from '../benchmark.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'
import { stacked } from '../material.ts'
import { serve } from './serve.ts'

export interface PortolanJob {
  readonly model: BenchmarkName
  readonly sizes: object
  readonly threads: number
  readonly warmups: number
  /** Whole training steps, so many a run; a compiled forward; or the exported file. */
  readonly does: { readonly train: number } | 'forward' | 'file'
}

const { model: name, sizes, threads, warmups, does } = JSON.parse(process.argv[2]!) as PortolanJob
const { trainee, batches } = prepare(sized(name, sizes).setup)
const stepsARun = typeof does === 'object' ? does.train : 1
let runs = 0

function training(): () => Promise<number[]> {
  const turns = stepsARun > 1 ? [stacked(Array.from({ length: stepsARun }, (_, i) => batches[i % batches.length]!))] : batches
  const step = compile(stepsARun > 1 ? repeated(trainee.step) : trainee.step, { engine: onnx({ threads }) })
  return async () => {
    const losses = await Promise.all(Object.values(await step(turns[runs++ % turns.length]!)).map(t => t.data()))
    return Array.from({ length: stepsARun }, (_, i) => losses.map(l => l[i]!)).flat()
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
