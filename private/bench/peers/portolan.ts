// Portolan in the benchmark: portolan.ts MODEL THREADS WARMUPS [STEPS A RUN]
import { createRequire } from 'node:module'
import { adam, compile, crossEntropy, HostRng, repeated, seed, tensor, trainable, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { models } from '../models.ts'
import { batchCount, tasks, type ModelName, type Task } from '../tasks.ts'
import { serve } from './serve.ts'

const [name, threads, warmups, stepsARun = '1'] = process.argv.slice(2) as [ModelName, string, string, string?]
const task: Task = tasks[name]
const steps = Number(stepsARun)
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

seed(0)
const rng = new HostRng(1)
const integers = (shape: readonly number[], below: number): Tensor =>
  tensor(
    Int32Array.from({ length: size(shape) }, () => rng.integer(below)),
    [...shape],
  )
const normals = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: size(shape) }, () => 0.5 * rng.normal()),
    [...shape],
  )
const leading = steps > 1 ? [steps] : []
const batches = Array.from({ length: batchCount }, () => ({
  x: task.words ? integers([...leading, ...task.x], task.words) : normals([...leading, ...task.x]),
  y: integers([...leading, ...task.y], task.classes),
}))

const model = models[name]()
const optimizer = adam(1e-3)
const step = ({ x, y }: { x: Tensor; y: Tensor }): Tensor => optimizer.minimize(model, () => crossEntropy(model.forward(x), y))
const run = compile(steps > 1 ? repeated(step) : step, { engine: onnx({ threads: Number(threads) }) })

let done = 0
await serve(
  async () => {
    const losses = await (await run(batches[done++ % batchCount]!)).data()
    return losses.at(-1)!
  },
  Number(warmups),
  () => ({
    versions: { 'onnxruntime-node': (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version },
    parameters: [...trainable(model).values()].reduce((sum, p) => sum + size(p.shape), 0),
  }),
  steps,
)
