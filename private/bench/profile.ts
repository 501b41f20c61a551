// Where a training step's time goes: npm run bench -- profile [--models cnn,gpt] [--threads 2]
import { profile, profileTable } from '@portolan/core/profile'
import { onnx } from '@portolan/export-onnx'
import { prepare } from './benchmark.ts'
import { sized, type BenchmarkName } from './benchmarks.ts'

/** A model's step by op, and by module and line. */
export async function profileOf(name: BenchmarkName, { threads = 2, steps = 20, rows = 16 } = {}): Promise<string> {
  const { trainee, batches } = prepare(sized(name).setup)
  const step = { train: (batch: (typeof batches)[0]) => trainee.step(batch), state: trainee.state }
  const found = await profile(step, batches[0]!, { engine: onnx({ threads }), steps })
  return [name, profileTable(found, { by: 'op', rows }), profileTable(found, { rows })].join('\n\n')
}
