import { FormatError, PortolanError, RangeError } from '../errors.ts'
import { HostRng } from '../random/host-rng.ts'
import { duration, formatNumber } from '../train/progress-bar.ts'
import type { Point, Space } from './space.ts'
import type { Job, Strategy, Trial } from './strategy.ts'

/** What the objective is told beside the point. */
export interface TrialInfo {
  /** Of the trial, from 0: a name for its folder, and with the search's seed a seed of its own. */
  readonly number: number
  /** What may be spent in all, such as epochs, where the strategy shares out. */
  readonly budget: number | undefined
}

/** Where trials are kept, line by line. `trialsFile` of `@portolan/core/node` is one. */
export interface TrialStore {
  /** What was kept so far. */
  read(): Promise<readonly string[]>
  /** Keeps one more line. */
  append(line: string): Promise<void>
}

/** Options of `search`. */
export interface SearchOptions<S extends Space> {
  /** What each hyper-parameter may be. */
  space: S
  /** How good a point is: a loss, or with direction 'max' an accuracy. What it throws makes a failed trial. */
  objective: (point: Point<S>, trial: TrialInfo) => number | Promise<number>
  strategy: Strategy
  /** Whether the least or the greatest value is best; default 'min'. */
  direction?: 'min' | 'max'
  /** One seed, one search; default 0. */
  seed?: number
  /** How many trials run side by side; default 1. With workers: as many as there are. */
  parallel?: number
  /** Keeps the trials, and gives back those of a search that was broken off, so that it goes on. */
  store?: TrialStore
  /** Hears of every trial. Default: a line on standard error. */
  progress?: ((trial: Trial<Point<S>>, best: Trial<Point<S>> | undefined) => void) | false
}

/** What a search found. */
export interface SearchResult<S extends Space> {
  readonly best: Trial<Point<S>>
  /** All of them, in the order in which they were asked for. */
  readonly trials: readonly Trial<Point<S>>[]
  readonly space: S
  readonly direction: 'min' | 'max'
}

/**
 * Looks for the hyper-parameters with which an objective is best.
 *
 * One seed gives one search, whatever the trials take and however often it is broken off: a strategy is asked for the next points only
 * when all that it asked for before are done.
 * @throws RangeError for a space without dimensions; FormatError where the store has another search; the objective's error if all of
 * the first trials failed.
 * @example
 * const { best } = await search({
 *   space: { rate: real(1e-4, 1e-1, { log: true }), width: choice(16, 32, 64) },
 *   objective: ({ rate, width }) => train(rate, width),   // the validation loss
 *   strategy: tpe({ trials: 30 }),
 * })
 * best.point // { rate: 0.0031, width: 32 }
 */
export async function search<const S extends Space>({
  space,
  objective,
  strategy,
  direction = 'min',
  seed = 0,
  parallel = 1,
  store,
  progress = line,
}: SearchOptions<S>): Promise<SearchResult<S>> {
  const names = Object.keys(space)
  if (!names.length) throw new RangeError('search: the space must have a dimension, got none.')
  if (!Number.isSafeInteger(parallel) || parallel < 1)
    throw new RangeError(`search: parallel must be a whole number of at least 1, got ${parallel}.`)
  const cost = ({ value }: Trial): number => (value === undefined ? Infinity : direction === 'min' ? value : -value)
  const better = (a: Trial | undefined, b: Trial): Trial | undefined => (cost(b) < (a ? cost(a) : Infinity) ? b : a)
  const header = JSON.stringify({
    search: 1,
    space: Object.fromEntries(names.map(name => [name, space[name]!.text])),
    strategy: strategy.text,
    direction,
    seed,
    parallel,
  })
  const known = store ? await recall(store, header) : new Map<string, Trial>()
  const rng = new HostRng(seed)
  const done: Trial[] = []
  let best: Trial | undefined
  let last: unknown

  const attempt = async (job: Job): Promise<Trial> => {
    const before = known.get(key(job))
    if (before) {
      if (JSON.stringify(before.point) !== JSON.stringify(job.point))
        throw new FormatError(`search: the store's trial ${job.number} has another point than this search. Give it another file.`)
      return before
    }
    const start = performance.now()
    const { number, point, budget } = job
    const facts = { number, point, ...(budget !== undefined && { budget }) }
    let trial: Trial
    try {
      const value = await objective(point as Point<S>, { number, budget })
      if (!Number.isFinite(value)) throw new PortolanError(`search: the objective must give a finite number, got ${value}.`)
      trial = { ...facts, value, seconds: (performance.now() - start) / 1000 }
    } catch (error) {
      last = error
      trial = { ...facts, error: error instanceof Error ? error.message : String(error), seconds: (performance.now() - start) / 1000 }
    }
    await store?.append(JSON.stringify(trial))
    best = better(best, trial)
    if (progress) progress(trial as Trial<Point<S>>, best as Trial<Point<S>> | undefined)
    return trial
  }

  for (;;) {
    const jobs = strategy.next({ space, done, cost, rng, parallel })
    if (!jobs.length) break
    done.push(...(await sideBySide(jobs, parallel, attempt)))
    best = done.reduce<Trial | undefined>(better, undefined)
    if (!best)
      throw last instanceof Error ? last : new PortolanError(`search: all of the first ${done.length} trials failed: ${done[0]!.error}`)
  }
  return { best: best as Trial<Point<S>>, trials: done as Trial<Point<S>>[], space, direction }
}

const key = ({ number, budget }: Pick<Job, 'number' | 'budget'>): string => `${number} ${budget ?? ''}`

/** The trials of a store, whose first line must be this search's; the first of all writes it. */
async function recall(store: TrialStore, header: string): Promise<Map<string, Trial>> {
  const [first, ...rest] = await store.read()
  if (first === undefined) await store.append(header)
  else if (first !== header)
    throw new FormatError(`search: the store has the trials of another search, ${first}; this one is ${header}. Give it another file.`)
  return new Map(
    rest.map(text => {
      const trial = JSON.parse(text) as Trial
      return [key(trial), trial]
    }),
  )
}

/** Results in the order of the jobs, so many running at a time. */
async function sideBySide<A, B>(jobs: readonly A[], parallel: number, run: (job: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < jobs.length) {
      const i = next++
      results[i] = await run(jobs[i]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, lane))
  return results
}

function line(trial: Trial, best: Trial | undefined): void {
  const point = Object.entries(trial.point).map(([name, v]) => `${name} ${typeof v === 'number' ? Number(v.toPrecision(4)) : String(v)}`)
  const text = [
    `Trial ${trial.number}`,
    ...(trial.budget === undefined ? [] : [`budget ${trial.budget}`]),
    trial.value === undefined ? `failed: ${trial.error}` : `value ${formatNumber(trial.value)}`,
    ...point,
    ...(best?.value === undefined ? [] : [`best ${formatNumber(best.value)}`]),
    duration(1000 * trial.seconds),
  ].join('  ')
  if (typeof process === 'object' && process.stderr) process.stderr.write(`${text}\n`)
  else console.log(text)
}
