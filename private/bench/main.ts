import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { entriesOf, findOpenBlas, findTorch, peerNames } from './contenders.ts'
import { profile } from './profile.ts'
import { race, type Missing, type Run } from './race.ts'
import { check, rowsOf, table, type Row } from './report.ts'
import { benchmarkNames, sized } from './benchmarks.ts'
import { writeMaterial } from './material.ts'

const help = `npm run bench -- train | profile [options]

train: trains the models of the suite with Portolan and its peers, in processes that take turns, and compares the median time of a step.
profile: shows which ops our step of each model spends its time in (--models, --threads).

  --json FILE       where to write { rows: [{ model, oursMs, peer, peerMs, ratio }], runs, machine, ... }
  --models a,b      some of ${benchmarkNames.join(', ')}; default all
  --peers a,b       some of ${peerNames.join(', ')}; default both
  --rounds N        turns of every process; default 12
  --seconds N       time after which a process takes no more turns; default 20
  --threads N       default 2
  --warmups N       steps before the first turn; default 5

ratio is the peer's time divided by ours: above 1, Portolan is faster.
PYTHON names a Python with PyTorch, OPENBLAS_DIR the folder of OpenBLAS.`

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function usage(message: string): never {
  say(`${message}\n\n${help}`)
  process.exit(1)
}

function parsed() {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        models: text(benchmarkNames.join()),
        peers: text(peerNames.join()),
        rounds: text('12'),
        seconds: text('20'),
        threads: text('2'),
        warmups: text('5'),
      },
    })
  } catch (error) {
    usage((error as Error).message)
  }
}

const { values, positionals } = parsed()

function chosen<T extends string>(option: 'models' | 'peers', known: readonly T[]): T[] {
  return values[option]
    .split(',')
    .map(name => known.find(k => k === name) ?? usage(`--${option}: there is no '${name}', choose from ${known.join(', ')}`))
}

function whole(option: 'rounds' | 'seconds' | 'threads' | 'warmups'): number {
  const n = Number(values[option])
  return Number.isInteger(n) && n >= 1 ? n : usage(`--${option} must be a whole number of at least 1, got '${values[option]}'`)
}

if (values.help) {
  process.stdout.write(`${help}\n`)
  process.exit(0)
}
const task = positionals.join()
if (task !== 'train' && task !== 'profile') usage(`Say what to measure: train or profile. Got '${positionals.join(' ')}'.`)
const [models, peers] = [chosen('models', benchmarkNames), chosen('peers', peerNames)]
const [rounds, seconds, threads, warmups] = [whole('rounds'), whole('seconds'), whole('threads'), whole('warmups')]

if (task === 'profile') {
  for (const model of models) process.stdout.write(`${await profile(model, { threads })}\n\n`)
  process.exit(0)
}

const runs: Run[] = []
const rows: Row[] = []
const missing: Missing[] = []
const torch = peers.includes('torch') ? findTorch() : {}
if (torch.missing) missing.push({ library: 'torch', reason: torch.missing })
const openBlas = torch.python ? findOpenBlas() : undefined
if (torch.python && !openBlas) say('OpenBLAS was not found: PyTorch runs with the library it was built for, which on Debian is slow.')

for (const model of models) {
  const { sizes, setup } = sized(model)
  const folder = await writeMaterial(setup)
  const entries = entriesOf({ model, sizes, folder }, { peers, python: torch.python, openBlas, threads, warmups })
  const result = await race(model, entries, { rounds, seconds, say })
  await rm(folder, { recursive: true })
  check(result.runs)
  runs.push(...result.runs)
  rows.push(...rowsOf(result.runs, peers))
  missing.push(...result.missing)
}

const cpus = os.cpus()
const report = {
  date: new Date().toISOString(),
  machine: {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
  },
  versions: Object.assign({ node: process.versions.node }, ...runs.map(r => r.versions)) as Record<string, string>,
  threads,
  rounds,
  warmups,
  openBlas: openBlas ?? null,
  rows,
  runs,
  missing,
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.stdout.write(`${table(rows, missing)}\n`)
if (!models.every(model => runs.some(r => r.model === model && r.library === 'portolan'))) process.exitCode = 1
