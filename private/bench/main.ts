import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { savePicture } from '@portolan/core/node'
import { agentNames } from './agents.ts'
import { benchmarkNames, type BenchmarkName } from './benchmarks.ts'
import { findOpenBlas, findTorch, peerNames } from './contenders.ts'
import { profileOf } from './profile.ts'
import { progress } from './progress.ts'
import { charts } from './report/charts.ts'
import { writePage } from './report/page.ts'
import { plainTable, tables } from './report/table.ts'
import { machine, readResults, writeResult, type Result } from './results.ts'
import { runsOfAgents } from './suite/agents.ts'
import { taskNames, type Case, type TaskName } from './suite/case.ts'
import { first } from './suite/first.ts'
import { infer } from './suite/infer.ts'
import { memory } from './suite/memory.ts'
import { scale } from './suite/scale.ts'
import { train } from './suite/train.ts'

const suite = { train, infer, scale, memory, first } satisfies Record<Exclude<TaskName, 'agents'>, (models: BenchmarkName[]) => Case[]>
const modelNames = [...new Set([...benchmarkNames, ...agentNames])]

const help = `npm run bench -- TASK [models…] [options]

Measures Portolan beside PyTorch and TensorFlow.js, in processes that take turns.

  train     whole training steps
  infer     forward passes of the vision models, at batch 1 and 64
  scale     training steps that grow: batches, parameters, lengths of texts
  memory    what the process holds during many steps, and at most
  first     from nothing to the end of the first step
  agents    whole runs of learning in CartPole: ${agentNames.join(', ')}
  all       all of these, into private/bench/results.json, then report
  report    writes private/bench/RESULTS.md and its pictures from that file
  profile   which ops our step spends its time in

It measures the packages as they are published: npm run build comes first.

  models          ${benchmarkNames.join(' ')}
                  default: all that the task has
  --peers a,b     some of ${peerNames.join(', ')}, or none; default ${peerNames.join()}
  --rounds N      turns of every process; default 7
  --seconds N     time after which a process takes no more turns; default 20
  --threads N     default 2
  --warmups N     steps before the first turn; default 5
  --json FILE     puts the results there, in the place of older ones of the same cases
  --resume        leaves out what that file has already
  --chart FILE    draws the results, to .svg or .png
  --help

Its time ÷ ours above 1: Portolan is faster. Medians of rounds; the least and the most of them beside it.
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
        chart: { type: 'string' },
        models: { type: 'string' },
        resume: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        peers: text(peerNames.join()),
        rounds: text('7'),
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
const [task, ...named] = positionals

function chosen<T extends string>(what: string, names: readonly string[], known: readonly T[]): T[] {
  return names.map(name => known.find(k => k === name) ?? usage(`${what}: there is no '${name}', choose from ${known.join(', ')}`))
}

function whole(option: 'rounds' | 'seconds' | 'threads' | 'warmups'): number {
  const n = Number(values[option])
  return Number.isInteger(n) && n >= 1 ? n : usage(`--${option} must be a whole number of at least 1, got '${values[option]}'`)
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const results = here('results.json')

const report = (): Promise<void> =>
  writePage(here('RESULTS.md'), readResults(results), { folder: here('../../apps/docs/pictures'), link: '../../apps/docs/pictures' })

async function measure(tasks: readonly TaskName[], json: string | undefined): Promise<void> {
  const names = [...named, ...(values.models?.split(',') ?? [])]
  const models = names.length ? chosen('models', names, modelNames) : modelNames
  const peers = values.peers === 'none' ? [] : chosen('--peers', values.peers.split(','), peerNames)
  const [rounds, seconds, threads, warmups] = [whole('rounds'), whole('seconds'), whole('threads'), whole('warmups')]
  if (values.chart !== undefined && tasks.length > 1) usage('--chart draws one task')
  if (json !== undefined) mkdirSync(dirname(json), { recursive: true })

  const torch = peers.includes('torch') ? findTorch() : {}
  if (torch.missing) say(torch.missing)
  const openBlas = torch.python ? findOpenBlas() : undefined
  if (torch.python && !openBlas) say('OpenBLAS was not found: PyTorch runs with the library it was built for, which on Debian is slow.')

  const known = values.resume && json !== undefined ? readResults(json) : []
  const all = tasks.flatMap(t =>
    t === 'agents' ? runsOfAgents(agentNames.filter(a => models.includes(a))) : suite[t](benchmarkNames.filter(m => models.includes(m))),
  )
  if (!all.length) usage(`${tasks.join(', ')}: none of these models: ${names.join(', ')}`)
  const cases = all.filter(c => !known.some(r => r.task === c.task && r.name === c.name))
  const bar = progress(cases.length)
  const measured: Result[] = []
  for (const { measure, ...about } of cases) {
    bar.begin(`${about.task} ${about.name}`)
    try {
      const found = await measure({ peers, python: torch.python, openBlas, threads, warmups, rounds, seconds, say: bar.say })
      const versions = { node: process.versions.node, ...found.versions }
      const result: Result = { ...about, ...found, versions, threads, date: new Date().toISOString(), machine: machine() }
      measured.push(result)
      if (json !== undefined) await writeResult(json, result)
      const ours = [...(found.runs ?? []), ...(found.held ?? []), ...(found.beginnings ?? [])].some(r => r.library === 'portolan')
      if (!ours) process.exitCode = 1
      bar.end(found.missing.map(m => `${about.name}: ${m.library}${m.variant ? ` (${m.variant})` : ''} is missing: ${m.reason}`).join('\n'))
    } catch (error) {
      process.exitCode = 1
      bar.end(`${about.task} ${about.name} failed: ${(error as Error).message}`)
    }
  }
  for (const t of tasks) {
    const some = measured.filter(r => r.task === t)
    if (some.length) process.stdout.write(`${plainTable(tables[t](some))}\n\n`)
    if (some.length && values.chart !== undefined) await savePicture(values.chart, await charts[t](some))
  }
}

if (values.help) process.stdout.write(`${help}\n`)
else if (task === 'profile') {
  const names = [...named, ...(values.models?.split(',') ?? [])]
  for (const model of names.length ? chosen('models', names, benchmarkNames) : benchmarkNames)
    process.stdout.write(`${await profileOf(model, { threads: whole('threads') })}\n\n`)
} else if (task === 'report') await report()
else if (task === 'all') {
  await measure(taskNames, resolve(values.json ?? results))
  if (values.json === undefined) await report()
} else await measure(chosen('task', [task ?? usage('Say what to measure.')], taskNames), values.json)
