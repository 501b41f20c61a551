import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { writeFileAtomic } from '@portolan/core/node'
import { agentNames, type AgentName } from './agents.ts'
import { benchmarkNames, type BenchmarkName } from './benchmarks.ts'
import { taskNames, type Case, type Measured, type TaskName } from './suite/case.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
}

/** What was measured of a case, and when and where. */
export interface Result extends Measured {
  readonly task: TaskName
  readonly name: string
  readonly title: string
  readonly model: BenchmarkName | AgentName
  readonly along?: Case['along']
  readonly date: string
  readonly machine: Machine
  readonly threads: number
}

export function machine(): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
  }
}

/** Figures are times of a machine that is never quite still: four digits say all. */
const short = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(value < 1 ? 4 : 6)) : value

export const readResults = (file: string): Result[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { results: Result[] }).results : []

const models: readonly Result['model'][] = [...new Set([...benchmarkNames, ...agentNames])]
/** By task, then by model, then as they are varied. */
const place = (r: Result): number => taskNames.indexOf(r.task) * 1e3 + models.indexOf(r.model)

/** Puts a result where an older one of the same case stood. */
export async function writeResult(file: string, result: Result): Promise<void> {
  const others = readResults(file).filter(r => r.task !== result.task || r.name !== result.name)
  const results = [...others, result].sort((a, b) => place(a) - place(b) || (a.along?.value ?? 0) - (b.along?.value ?? 0))
  const lines = results.map(r => JSON.stringify(r, short))
  await writeFileAtomic(file, `{"results":[\n${lines.join(',\n')}\n]}\n`)
}
