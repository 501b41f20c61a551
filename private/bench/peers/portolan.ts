// Portolan in the benchmark: portolan.ts JSON { model, sizes, threads, warmups, stepsARun }
import { createRequire } from 'node:module'
import { compile, repeated } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { parameterCount, prepare } from '../benchmark.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'
import { stacked } from '../material.ts'
import { serve } from './serve.ts'

export interface PortolanJob {
  readonly model: BenchmarkName
  readonly sizes: object
  readonly threads: number
  readonly warmups: number
  readonly stepsARun: number
}

const { model, sizes, threads, warmups, stepsARun } = JSON.parse(process.argv[2]!) as PortolanJob
const { trainee, batches: singles } = prepare(sized(model, sizes).setup)
const batches = stepsARun > 1 ? [stacked(Array.from({ length: stepsARun }, (_, i) => singles[i % singles.length]!))] : singles
const run = compile(stepsARun > 1 ? repeated(trainee.step) : trainee.step, { engine: onnx({ threads }) })

let done = 0
await serve(
  async () => {
    const losses = await Promise.all(Object.values(await run(batches[done++ % batches.length]!)).map(t => t.data()))
    return Array.from({ length: stepsARun }, (_, i) => losses.map(l => l[i]!)).flat()
  },
  warmups,
  () => ({
    versions: { 'onnxruntime-node': (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version },
    parameters: parameterCount(trainee.model),
  }),
  stepsARun,
)
