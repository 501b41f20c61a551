import { fork, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  /** The last step it told of. */
  readonly step: number
}
export interface Trainee {
  readonly process: ChildProcess
  /** Resolves when it has done a step, or has ended. */
  readonly working: Promise<void>
  readonly ended: Promise<Ended>
}

const program = join(import.meta.dirname, 'trainee.ts')
const execArgv = ['--conditions=@portolan/source', '--import', 'tsx']

/** Starts a training; see `trainee.ts`. */
export function start(folder: string, ...options: string[]): Trainee {
  const child = fork(program, [folder, `${folder}.json`, ...options], { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let output = ''
  let step = 0
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (piece: Buffer) => (output += piece.toString()))
  const ended = new Promise<Ended>(resolve => child.on('close', (code, signal) => resolve({ code, signal, output, step })))
  const working = new Promise<void>(resolve => {
    child.on('message', message => {
      step = Number(message)
      resolve()
    })
    child.on('close', () => resolve())
  })
  return { process: child, working, ended }
}

/** Everything a training ended with: its result and the table it logged, without their times. */
export const endOf = (folder: string): string => readFileSync(`${folder}.json`, 'utf8') + readFileSync(`${folder}.csv`, 'utf8')

/** Runs to the end. @throws Error if that fails. */
export async function finish(folder: string, ...options: string[]): Promise<string> {
  const { code, signal, output } = await start(folder, ...options).ended
  if (code !== 0) throw new Error(`the training in ${folder} ended with ${signal ?? code}:\n${output}`)
  return endOf(folder)
}

/** Runs until it refuses; gives the error that it reports. */
export async function refusal(trainee: Trainee): Promise<{ code: string; message: string }> {
  const { code, signal, output } = await trainee.ended
  if (code !== 3) throw new Error(`it should have refused, but ended with ${signal ?? code}:\n${output}`)
  return JSON.parse(output.trim().split('\n').at(-1)!) as { code: string; message: string }
}
