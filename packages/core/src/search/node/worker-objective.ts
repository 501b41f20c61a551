import { Worker } from 'node:worker_threads'
import { PortolanError } from '../../errors.ts'
import type { TrialInfo } from '../search.ts'

/** An objective that runs in workers. */
export interface WorkerObjective<P> {
  (point: P, trial: TrialInfo): Promise<number>
  /** How many trials it runs side by side: the search's `parallel`. */
  readonly parallel: number
  /** Ends its workers. */
  dispose(): Promise<void>
}

/**
 * An objective whose trials run in worker threads, each trial in one of its own: what one leaves behind, such as the seed, does not reach
 * the next, and a worker that dies is a failed trial. The module's default export is the objective.
 * @param options `parallel`: how many run side by side; default 2. `execArgv`: Node's options for the workers, such as a loader; default the program's own.
 * @throws PortolanError, from a trial, when the module has no such function or its worker ends without an answer.
 * @example
 * // objective.js: export default async ({ rate }, { number }) => …
 * const objective = workerObjective<{ rate: number }>(new URL('./objective.js', import.meta.url), { parallel: 4 })
 * await search({ space: { rate: real(1e-4, 1, { log: true }) }, objective, parallel: objective.parallel, strategy: random({ trials: 20 }) })
 * await objective.dispose()
 */
export function workerObjective<P>(
  module: URL,
  { parallel = 2, execArgv }: { parallel?: number; execArgv?: readonly string[] } = {},
): WorkerObjective<P> {
  const running = new Set<Worker>()
  const objective = async (point: P, trial: TrialInfo): Promise<number> => {
    const worker = new Worker(program, {
      eval: true,
      workerData: { module: module.href, point, trial },
      ...(execArgv && { execArgv: [...execArgv] }),
    })
    running.add(worker)
    try {
      return await new Promise<number>((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
        worker.once('exit', code => reject(new PortolanError(`${module.pathname}: its worker ended with ${code} and no answer.`)))
      })
    } finally {
      running.delete(worker)
      await worker.terminate()
    }
  }
  return Object.assign(objective, {
    parallel,
    dispose: async () => {
      await Promise.all([...running].map(worker => worker.terminate()))
    },
  })
}

// what a worker does; text, so that it needs no file beside a bundle
const program = `
const { parentPort, workerData: { module, point, trial } } = require('node:worker_threads')
import(module).then(async ({ default: objective }) => {
  if (typeof objective !== 'function') throw new Error(new URL(module).pathname + ': its default export must be the objective, a function.')
  parentPort.postMessage(await objective(point, trial))
}).catch(error => setImmediate(() => { throw error }))
`
