import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RunError } from '@portolan/core'
import type { Recipe } from '../transform/sample-transform.ts'
import type { Job, SampleOptions } from './load-sample.ts'
import type { Answer, Order, Outcome } from './messages.ts'

interface Task {
  readonly order: Order
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: Error) => void
}
interface Hand {
  readonly worker: Worker
  readonly tasks: Map<number, Task>
}

/** Orders a worker has at a time: one it works on and one to go on with. */
const AHEAD = 2

/** In a checkout the sources run as they are; packages hold the built file, beside this one. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(import.meta.url.endsWith('.cjs') ? '../decode-worker.cjs' : '../decode-worker.js', import.meta.url))
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  ).href
  const source = new URL('../decode-worker.ts', import.meta.url).href
  const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}) })`
  return new Worker(code, { eval: true, execArgv: ['--conditions=@portolan/source'] })
}

/** Threads that decode pictures; they end with the process and do not keep it alive. */
export class WorkerPool {
  readonly #size: number
  #hands: Hand[] = []
  readonly #queue: Task[] = []
  #next = 0

  constructor(size: number) {
    this.#size = size
  }

  /** What became of each job, in their order. @throws RunError when the thread ends before. */
  run(jobs: readonly Job[], options: SampleOptions, recipe: Recipe): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ order: { id: this.#next++, jobs, options, recipe }, resolve, reject })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#hands.length < Math.min(this.#size, this.#queue.length)) this.#hands.push(this.#hire())
    while (this.#queue.length) {
      const hand = this.#hands.reduce((a, b) => (b.tasks.size < a.tasks.size ? b : a))
      if (hand.tasks.size >= AHEAD) return
      const task = this.#queue.shift()!
      hand.worker.ref()
      hand.tasks.set(task.order.id, task)
      hand.worker.postMessage(task.order) // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, no window
    }
  }

  #hire(): Hand {
    const hand: Hand = { worker: startWorker(), tasks: new Map() }
    const lose = (error: Error): void => {
      this.#hands = this.#hands.filter(h => h !== hand)
      for (const task of hand.tasks.values()) task.reject(error)
      hand.tasks.clear()
      this.#dispatch()
    }
    hand.worker.on('message', ({ id, outcomes }: Answer) => {
      const task = hand.tasks.get(id)!
      hand.tasks.delete(id)
      if (!hand.tasks.size) hand.worker.unref()
      task.resolve(outcomes)
      this.#dispatch()
    })
    hand.worker.on('error', cause => lose(new RunError(`a thread that decodes pictures failed: ${(cause as Error).message}`, { cause })))
    hand.worker.on('exit', code => hand.tasks.size && lose(new RunError(`a thread that decodes pictures ended with ${code}.`)))
    hand.worker.unref()
    return hand
  }
}

const pools = new Map<number, WorkerPool>()

/** The process's pool of so many threads. */
export function poolOf(size: number): WorkerPool {
  const pool = pools.get(size) ?? new WorkerPool(size)
  pools.set(size, pool)
  return pool
}
