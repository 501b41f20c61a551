import type { Result } from '../results.ts'
import type { TaskName } from '../suite/case.ts'
import { median } from '../race.ts'
import { agents, type AgentName } from '../agents.ts'
import { rowsOf, way } from './rows.ts'

export interface Table {
  readonly head: readonly string[]
  /** Which columns are numbers. */
  readonly numeric: readonly number[]
  readonly rows: readonly (readonly string[])[]
}

export const milliseconds = (ms: number): string =>
  ms >= 1e4 ? `${(ms / 1e3).toFixed(0)} s` : ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)
const times = (ratio: number): string => (ratio >= 20 ? ratio.toFixed(0) : ratio.toFixed(2))
const spread = ({ minMs, maxMs }: { minMs: number; maxMs: number }): string => `${milliseconds(minMs)} – ${milliseconds(maxMs)}`
const libraries = { portolan: 'Portolan', torch: 'PyTorch', tfjs: 'TensorFlow.js' } as const

const race = (results: readonly Result[]): Table => ({
  head: ['model', 'ours, ms', 'least – most', 'peer', 'its ms', 'least – most', 'its time ÷ ours', 'we ran', 'it ran'],
  numeric: [1, 2, 4, 5, 6],
  rows: results.flatMap(({ title, runs = [] }) =>
    rowsOf(runs).map(({ peer, ours, theirs, ratio }) => [
      title,
      milliseconds(ours.medianMs),
      spread(ours),
      libraries[peer],
      milliseconds(theirs.medianMs),
      spread(theirs),
      times(ratio),
      way(ours),
      way(theirs),
    ]),
  ),
})

/** How far a process's memory moves once it is warm: from the first tenth of its steps on, up and down from the middle, in percent. */
export function wobble(samples: readonly { resident: number }[]): number {
  const warm = samples.slice(Math.ceil(samples.length / 10)).map(s => s.resident)
  const [low, high] = [Math.min(...warm), Math.max(...warm)]
  return (100 * (high - low)) / (high + low)
}

const memory = (results: readonly Result[]): Table => ({
  head: ['model', 'library', 'it ran', 'at the end, MiB', 'once warm within ±', 'peak, MiB'],
  numeric: [3, 4, 5],
  rows: results.flatMap(({ title, held = [] }) =>
    held.map(h => [
      title,
      libraries[h.library],
      h.variant,
      h.samples.at(-1)!.resident.toFixed(0),
      `${wobble(h.samples).toFixed(1)} %`,
      h.peak.toFixed(0),
    ]),
  ),
})

/** The parts of a first call; importing and making the model come before it. */
export const firstCall = ['trace', 'passes', 'onnxruntime', 'lowering', 'session', 'first run'] as const

const first = (results: readonly Result[]): Table => ({
  head: ['model', 'import core', 'export-onnx', 'model', ...firstCall, 'first call', 'PyTorch: import', 'first step'],
  numeric: Array.from({ length: 13 }, (_, i) => i + 1),
  rows: results.flatMap(({ title, beginnings = [] }) => {
    const of = (library: string, phase: string): number => {
      const rounds = beginnings.find(b => b.library === library)?.phases[phase]
      return rounds ? median(rounds) : NaN
    }
    const ours = ['core', 'export-onnx', 'model', ...firstCall].map(phase => of('portolan', phase))
    const sum = firstCall.reduce((total, phase) => total + of('portolan', phase), 0)
    return [
      [title, ...[...ours, sum, of('torch', 'import'), of('torch', 'first step')].map(ms => (Number.isNaN(ms) ? '-' : ms.toFixed(0)))],
    ]
  }),
})

const agentRuns = (results: readonly Result[]): Table => ({
  head: ['run', 'ours, steps a second', 'least – most', 'peer', 'its', 'least – most', 'its time ÷ ours', 'we ran', 'it ran'],
  numeric: [1, 2, 4, 5, 6],
  rows: results.flatMap(({ title, model, runs = [] }) => {
    const pace = (ms: number): string => Math.round((agents[model as AgentName].steps / ms) * 1e3).toLocaleString('en')
    const spread = ({ minMs, maxMs }: { minMs: number; maxMs: number }): string => `${pace(maxMs)} – ${pace(minMs)}`
    return rowsOf(runs).map(({ peer, ours, theirs, ratio }) => [
      title,
      pace(ours.medianMs),
      spread(ours),
      libraries[peer],
      pace(theirs.medianMs),
      spread(theirs),
      times(ratio),
      way(ours),
      way(theirs),
    ])
  }),
})

/** What is said of the results of a task. */
export const tables: Readonly<Record<TaskName, (results: readonly Result[]) => Table>> = {
  train: race,
  infer: race,
  scale: race,
  memory,
  first,
  agents: agentRuns,
}

const lines = ({ head, numeric, rows }: Table, between: string): string[] => {
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map(row => row[i]!.length)))
  const cell = (text: string, i: number): string => (numeric.includes(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))
  return all.map(row => row.map(cell).join(between).trimEnd())
}

/** For a terminal. */
export const plainTable = (table: Table): string => lines(table, '  ').join('\n')

/** For a page. */
export function markdownTable(table: Table): string {
  const [head, ...rows] = lines(table, ' | ')
  const rule = table.head.map((_, i) => (table.numeric.includes(i) ? '---:' : '---')).join(' | ')
  return [head, rule, ...rows].map(line => `| ${line} |`).join('\n')
}
