import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { Command } from './process.ts'
import type { BenchmarkName } from './benchmarks.ts'
import type { AgentBenchmark } from './agents.ts'
import type { AgentJob } from './peers/agents.ts'
import type { PortolanJob } from './peers/portolan.ts'

export const peerNames = ['torch', 'tfjs'] as const
export type PeerName = (typeof peerNames)[number]

/** One way to run one library. */
export interface Entry {
  readonly library: 'portolan' | PeerName
  readonly variant: string
  readonly command: Command
}

export interface EntryOptions {
  readonly peers: readonly PeerName[]
  /** A Python with PyTorch, and where OpenBLAS is; see below. */
  readonly python: string | undefined
  readonly openBlas: string | undefined
  readonly threads: number
  readonly warmups: number
  /** Ours once more, as it runs where memory is short. */
  readonly lean?: boolean
}

const here = (file: string): string => fileURLToPath(new URL(`peers/${file}`, import.meta.url))

/** A program that needs what is not published, in its source. */
export const node = (file: string, args: readonly string[]): Command => ({
  file: process.execPath,
  args: [...process.execArgv, here(file), ...args],
})

/** A program as a user runs one: without a loader for TypeScript, on the packages as they are published. */
function published(name: string, args: readonly string[]): Command {
  if (!existsSync(here('../../../packages/export-onnx/dist'))) throw new Error('the packages are not built, run npm run build first')
  const outfile = here(`../node_modules/.cache/${name}.mjs`)
  buildSync({ entryPoints: [here(`${name}.ts`)], outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' })
  return { file: process.execPath, args: ['--expose-gc', outfile, ...args] }
}

/** A Python that has PyTorch: $PYTHON, else Debian's, else the first on the path. */
export function findTorch(): { python?: string; missing?: string } {
  const pythons = process.env.PYTHON ? [process.env.PYTHON] : ['/usr/bin/python3', 'python3']
  const python = pythons.find(p => spawnSync(p, ['-c', 'import torch']).status === 0)
  return python
    ? { python }
    : { missing: `no PyTorch under ${pythons.join(' or ')}: apt-get install python3-torch libopenblas0-openmp, or set PYTHON` }
}

/**
 * The folder of OpenBLAS, without which Debian's PyTorch multiplies matrices many times slower and would be no fair peer:
 * $OPENBLAS_DIR, else where Debian puts it. Other builds of PyTorch bring their own library and don't need it.
 */
export function findOpenBlas(): string | undefined {
  if (process.env.OPENBLAS_DIR) return process.env.OPENBLAS_DIR
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter(name => name.endsWith('-linux-gnu')) : []
  return libraries
    .flatMap(name => ['openblas-openmp', 'openblas-pthread'].map(kind => join('/usr/lib', name, kind)))
    .find(folder => existsSync(folder))
}

const convolutional = new Set<BenchmarkName>(['cnn', 'cifar', 'resnet', 'resnet18', 'dcgan'])
/** Steps of an epoch of ours; of short ones more, as the many updates that DQN makes after each round of acting. */
const epochOf = (model: BenchmarkName): number => (model === 'tiny' || model === 'dqn' ? 64 : 16)

/** What all contenders of a race work on. */
export interface Job {
  readonly model: BenchmarkName
  readonly sizes: object
  /** Where weights and batches stand, see `writeMaterial`. */
  readonly folder: string
  readonly does: 'train' | 'forward'
}

/** What PyTorch starts with. */
const environment = (threads: number, openBlas: string | undefined): Record<string, string> => ({
  OMP_NUM_THREADS: String(threads),
  PYTHONDONTWRITEBYTECODE: '1',
  ...(openBlas && { LD_LIBRARY_PATH: openBlas }),
})

/** Every way in which the libraries can do a job; the fastest of each is what counts. */
export function entriesOf(job: Job, { peers, python, openBlas, threads, warmups, lean: leaner = false }: EntryOptions): Entry[] {
  const { model, sizes, does } = job
  const common = { model, sizes, threads, warmups }
  const ours = (variant: string, does: PortolanJob['does'], lean = false): Entry => ({
    library: 'portolan',
    variant,
    command: published('portolan', [JSON.stringify({ ...common, does, lean } satisfies PortolanJob)]),
  })
  const train = { train: epochOf(model) }
  const entries =
    does === 'train'
      ? [ours('Trainer.fit', train), ...(leaner ? [ours('Trainer.fit, lean', train, true)] : [])]
      : [ours('compile', 'forward'), ours('OnnxModel', 'file')]
  if (peers.includes('torch') && python) {
    const env = environment(threads, openBlas)
    for (const layout of convolutional.has(model) ? [[], ['channels_last']] : [[]]) {
      for (const optimizer of does === 'train' ? [[], ['foreach']] : [[]]) {
        const options = [...layout, ...optimizer]
        const args = [here('pytorch.py'), JSON.stringify({ ...common, folder: job.folder, does, options })]
        entries.push({ library: 'torch', variant: options.join(' ') || 'default', command: { file: python, args, env } })
      }
    }
  }
  if (does === 'train' && peers.includes('tfjs'))
    entries.push({ library: 'tfjs', variant: 'best backend', command: published('tfjs', [JSON.stringify(common)]) })
  return entries
}

/** A run of an agent, ours and PyTorch's, with one thread and with as many as there may be: what is small runs better with one. */
export function agentEntries(
  { agent, steps, tuned }: AgentBenchmark,
  { peers, python, openBlas, threads: most, warmups }: EntryOptions,
): Entry[] {
  return [...new Set([1, most])].flatMap((threads): Entry[] => {
    const variant = `${threads} thread${threads === 1 ? '' : 's'}`
    const job: AgentJob = { agent, steps, threads, warmups }
    const ours: Entry = { library: 'portolan', variant, command: published('agents', [JSON.stringify(job)]) }
    if (!peers.includes('torch') || !python) return [ours]
    const args = [here('agents.py'), JSON.stringify({ ...job, tuned })]
    return [ours, { library: 'torch', variant, command: { file: python, args, env: environment(threads, openBlas) } }]
  })
}
