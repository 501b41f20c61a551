import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How a contender is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** What a contender says of itself when it is warm. */
export interface Ready {
  readonly versions: Readonly<Record<string, string>>
  readonly parameters: number
  /** What it computed while it warmed up: all losses of each step, or the answer to the first batch. */
  readonly figures: readonly number[]
  readonly warmups: number
  /** What its first and its last warm-up took. */
  readonly firstMs: number
  readonly lastMs: number
  /** How long it took to load the library, where that was measured. */
  readonly importMs?: number
  /** What it runs on, where it has a choice. */
  readonly backend?: string
}

/** What a process holds in memory, in MiB: now and at most so far. */
export interface Memory {
  readonly resident: number
  readonly peak: number
}

/** A process that works on command. */
export interface Contender {
  readonly ready: Ready
  /** Milliseconds of each of n steps. */
  turn(n: number): Promise<number[]>
  memory(): Promise<Memory>
  stop(): void
}

/** The line that says what went wrong: Node prints a stack behind it, Python before it. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter(line => line.trim())
  return lines.findLast(line => /^\S*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? 'no message'
}

/** The longest that a contender may be silent. */
const patience = 1_800_000

/**
 * Starts a process that prints `READY` and what it is, then answers every line `n` with a JSON list of n step
 * times and the line `memory` with what it holds.
 * @throws Error with the end of its error output when it ends or stays silent.
 */
export async function contend({ file, args, env }: Command): Promise<Contender> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-2000)))
  child.stdin.on('error', () => {}) // an ended process is reported by its exit
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failure = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('close', code => reject(new Error(`it ended with ${code}: ${lastWords(complaints)}`)))
  })
  failure.catch(() => {}) // heard below, while somebody waits for a line

  async function line(): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>(
      (_, reject) => (timer = setTimeout(() => reject(new Error(`it was silent for ${patience / 1000} s`)), patience)),
    )
    const next = lines.next().then(({ done, value }) => (done ? failure : value))
    try {
      return await Promise.race([next, failure, silence])
    } catch (error) {
      child.kill()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async function ask<T>(question: string): Promise<T> {
    child.stdin.write(`${question}\n`)
    return JSON.parse(await line()) as T
  }

  const first = await line()
  if (!first.startsWith('READY ')) {
    child.kill()
    throw new Error(`it said '${first.slice(0, 200)}' instead of READY`)
  }
  return {
    ready: JSON.parse(first.slice('READY '.length)),
    turn: n => ask<number[]>(String(n)),
    memory: () => ask<Memory>('memory'),
    stop: () => void child.stdin.end(),
  }
}
