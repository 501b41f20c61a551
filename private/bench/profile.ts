// Where a training step's time goes, by the op that asked for it: npm run bench -- profile [--models cnn,gpt] [--steps 20]
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adam, compile, crossEntropy, HostRng, seed, tensor, type Tensor } from '@portolan/core'
import { onnx, type CompileInfo } from '@portolan/export-onnx'
import { models } from './models.ts'
import { tasks, type ModelName, type Task } from './tasks.ts'

interface TraceEvent {
  cat: string
  name: string
  dur: number
  args: { op_name?: string }
}

/** A table of the costliest ops of a model's step, in milliseconds and percent. */
export async function profile(name: ModelName, { steps = 20, threads = 2, rows = 14 } = {}): Promise<string> {
  const task: Task = tasks[name]
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  seed(0)
  const rng = new HostRng(1)
  const integers = (shape: readonly number[], below: number): Tensor =>
    tensor(
      Int32Array.from({ length: size(shape) }, () => rng.integer(below)),
      [...shape],
    )
  const x = task.words
    ? integers(task.x, task.words)
    : tensor(
        Float32Array.from({ length: size(task.x) }, () => 0.5 * rng.normal()),
        [...task.x],
      )
  const y = integers(task.y, task.classes)
  const folder = await mkdtemp(join(tmpdir(), 'portolan-profile-'))
  try {
    let info: CompileInfo | undefined
    const model = models[name]()
    const optimizer = adam(1e-3)
    const step = compile((a: Tensor, b: Tensor) => optimizer.minimize(model, () => crossEntropy(model.forward(a), b)), {
      engine: onnx({ threads, profile: join(folder, name), onCompile: i => (info = i) }),
    })
    for (let i = 0; i < steps; i++) await step(x, y)
    await step.dispose()
    const [file] = await readdir(folder)
    const events = JSON.parse(await readFile(join(folder, file!), 'utf8')) as TraceEvent[]
    const costs = new Map<string, number>()
    for (const e of events) {
      if (e.cat !== 'Node' || !e.name.endsWith('_kernel_time')) continue
      const node = e.name.slice(0, -'_kernel_time'.length)
      const source = info!.source(node)
      const key = `${(source?.op ?? 'fused').padEnd(12)} ${e.args.op_name ?? ''}`
      costs.set(key, (costs.get(key) ?? 0) + e.dur / 1000 / steps)
    }
    const total = [...costs.values()].reduce((a, b) => a + b, 0)
    const lines = [...costs].toSorted((a, b) => b[1] - a[1]).slice(0, rows)
    const line = (ms: number, what: string) => `${ms.toFixed(3).padStart(9)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${what}`
    return [
      `${name}: ${info!.ops} ops, ${info!.nodes} ONNX nodes${info!.block ? `, blocks of ${info!.block} channels` : ''}`,
      ...lines.map(([what, ms]) => line(ms, what)),
      line(total, 'all nodes'),
    ].join('\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
