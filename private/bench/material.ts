import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stack } from '@portolan/core'
import { saveWeights, writeSafetensors } from '@portolan/core/node'
import { prepare, type Batch, type Setup } from './benchmark.ts'

/** Several batches as one, with a first axis. */
export const stacked = (batches: readonly Batch[]): Batch =>
  Object.fromEntries(Object.keys(batches[0]!).map(name => [name, stack(batches.map(b => b[name]!))]))

/** Puts the weights and batches of a setup where other libraries can read them: a folder of its own. */
export async function writeMaterial(setup: Setup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'))
  const { trainee, batches } = prepare(setup)
  await saveWeights(trainee.model, join(folder, 'weights.safetensors'))
  const host = Object.entries(stacked(batches)).map(([name, t]) => [name, { dtype: t.dtype, shape: t.shape, data: t.dataSync() }])
  await writeSafetensors(join(folder, 'batches.safetensors'), Object.fromEntries(host))
  return folder
}
