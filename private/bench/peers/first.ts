// What stands between a program and the end of its first step: first.ts JSON { model, threads }, in a process of its own. Does what the
// first call of a compiled step does, one part after another, and says how many ms each took.
import { createRequire } from 'node:module'
import { optimize, rebuild, leaves } from '@portolan/core/engine'
import { onnx } from '@portolan/export-onnx'
import { Trace } from '../../../packages/core/src/graph/trace.ts'
import { prepare } from '../benchmark.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'

const { model, threads } = JSON.parse(process.argv[2]!) as { model: BenchmarkName; threads: number }
const phases: Record<string, number> = {}
let last = performance.now()
const done = (name: string): void => {
  const now = performance.now()
  phases[name] = now - last
  last = now
}

const { setup } = sized(model)
const trainee = setup.make()
done('model')
const batch = prepare(setup).batches[0]!
last = performance.now()

const t = new Trace()
const inputs = leaves(batch).map(x => t.input(x))
const result = t.run(() => trainee.step(rebuild(batch, inputs)))
const reads = [...t.state].filter(([, s]) => s.input)
const graph = {
  inputs: [...inputs, ...reads.map(([, s]) => s.input!)].map(x => t.value(x)),
  outputs: [...leaves(result), ...[...t.state.values()].filter(s => s.written).map(s => s.now)].map(x => t.value(x)),
  nodes: t.nodes,
}
done('trace')
const optimized = optimize(graph)
done('passes')

const engine = onnx({ threads })
await engine.facts!() // loads onnxruntime and asks it for its layout
done('onnxruntime')
const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node')
const create = InferenceSession.create.bind(InferenceSession) as (...args: unknown[]) => Promise<never>
let session = 0
InferenceSession.create = async (...args: unknown[]): Promise<never> => {
  const start = performance.now()
  const created = await create(...args)
  session = performance.now() - start
  return created
}
const program = await engine.compile(optimized)
done('lowering')
phases.lowering! -= session
phases.session = session
await program.run([...leaves(batch).map(x => x.storage), ...reads.map(([v]) => v.latest.storage)])
done('first run')
process.stdout.write(JSON.stringify(phases))
process.exit(0)
