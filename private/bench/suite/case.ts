import { rm } from 'node:fs/promises'
import type { AgentName } from '../agents.ts'
import { sized, type BenchmarkName } from '../benchmarks.ts'
import { entriesOf, type EntryOptions, type Job } from '../contenders.ts'
import { writeMaterial } from '../material.ts'
import { race, type Missing, type RaceOptions, type Run } from '../race.ts'
import { check } from '../report/rows.ts'

export const taskNames = ['train', 'infer', 'scale', 'memory', 'first', 'agents'] as const
export type TaskName = (typeof taskNames)[number]

/** What a process held while it trained. */
export interface Held {
  readonly library: Run['library']
  readonly variant: string
  readonly samples: readonly { readonly step: number; readonly resident: number }[]
  readonly peak: number
}

/** How long each part of a beginning took, in ms, once for each process. */
export interface Beginning {
  readonly library: Run['library']
  readonly phases: Readonly<Record<string, readonly number[]>>
}

/** What was measured of a case. */
export interface Measured {
  readonly runs?: readonly Run[]
  readonly held?: readonly Held[]
  readonly beginnings?: readonly Beginning[]
  readonly missing: readonly Missing[]
  readonly versions: Readonly<Record<string, string>>
}

export type Context = EntryOptions & RaceOptions

/** Something to measure. */
export interface Case {
  readonly task: TaskName
  /** Unique in its task. */
  readonly name: string
  readonly title: string
  readonly model: BenchmarkName | AgentName
  /** In a series: what is varied, and its value. */
  readonly along?: { readonly axis: string; readonly value: number }
  measure(context: Context): Promise<Measured>
}

/** Does something with the contenders of a job, whose weights and batches stand in a folder for so long. */
export async function withJob<R>(job: Omit<Job, 'folder' | 'sizes'> & { changes?: object }, f: (job: Job) => Promise<R>): Promise<R> {
  const { sizes, setup } = sized(job.model, job.changes)
  const folder = await writeMaterial(setup)
  try {
    return await f({ ...job, sizes, folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A race between all that can do a job, and whether they did the same. */
export const raced = (job: Omit<Job, 'folder' | 'sizes'> & { changes?: object }, context: Context): Promise<Measured> =>
  withJob(job, async whole => {
    const { runs, missing } = await race(entriesOf(whole, context), context)
    check(job.model, runs)
    return { runs, missing, versions: Object.assign({}, ...runs.map(r => r.versions)) as Record<string, string> }
  })
