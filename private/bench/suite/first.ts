import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { benchmarks, type BenchmarkName } from '../benchmarks.ts'
import { entriesOf, node } from '../contenders.ts'
import { contend } from '../process.ts'
import { withJob, type Beginning, type Case, type Context, type Measured } from './case.ts'

type Phases = Readonly<Record<string, number>>

/** What a process of its own says it took. */
function ask(file: string, args: readonly string[]): Phases {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) })
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1))
  return JSON.parse(stdout) as Phases
}

/** The packages as they are published, without a loader for TypeScript. */
const imported = (): Phases => {
  const program = `
    const start = performance.now()
    await import('@portolan/core')
    const core = performance.now()
    await import('@portolan/export-onnx')
    console.log(JSON.stringify({ core: core - start, 'export-onnx': performance.now() - core }))`
  try {
    return ask(process.execPath, ['--input-type=module', '-e', program])
  } catch (cause) {
    throw new Error(`the built packages could not be imported, run npm run build first: ${(cause as Error).message}`, { cause })
  }
}

const listed = (library: Beginning['library'], rounds: readonly Phases[]): Beginning => ({
  library,
  phases: Object.fromEntries(Object.keys(rounds[0]!).map(name => [name, rounds.map(r => r[name]!)])),
})

/** From nothing to the end of the first step, in a new process each time. */
export const first = (models: readonly BenchmarkName[]): Case[] =>
  models.map(model => {
    const measure = (context: Context): Promise<Measured> =>
      withJob({ model, does: 'train' }, async job => {
        const { file, args } = node('first.ts', [JSON.stringify({ model, threads: context.threads })])
        const torch = entriesOf(job, { ...context, peers: context.peers.filter(p => p === 'torch'), warmups: 1 }).find(
          e => e.library === 'torch' && e.variant === 'default',
        )
        const [ours, theirs]: [Phases[], Phases[]] = [[], []]
        let versions: Readonly<Record<string, string>> = {}
        for (let round = 0; round < context.rounds; round++) {
          context.say(`round ${round + 1} of ${context.rounds}`)
          ours.push({ ...imported(), ...ask(file, args) })
          if (!torch) continue
          const contender = await contend(torch.command)
          const { importMs, firstMs } = contender.ready
          contender.stop()
          theirs.push({ import: importMs!, 'first step': firstMs })
          versions = contender.ready.versions
        }
        return { beginnings: [listed('portolan', ours), ...(theirs.length ? [listed('torch', theirs)] : [])], missing: [], versions }
      })
    return { task: 'first', name: model, title: benchmarks[model].title, model, measure }
  })
