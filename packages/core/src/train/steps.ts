import { compile, type Compiled, type Engine } from '../graph/compile.ts'
import { repeated } from '../graph/scan.ts'
import { fewestRuns, stepsARun } from '../graph/steps-a-run.ts'
import type { Variable } from '../nn/variable.ts'
import { HostStorage } from '../tensor/storage.ts'
import { allocate, sameShape, size, type TypedArray } from '../tensor/spec.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Batch } from './batch.ts'
import type { Figures } from './figures.ts'
import type { StepLogs } from './supervised.ts'

/** A step that is run one batch at a time, or on several batches in one run of the engine, with the same results bit for bit. */
export class Steps {
  readonly one: Compiled<[Batch], StepLogs>
  readonly #several: Compiled<[Batch], StepLogs>
  readonly #engine: Engine | undefined
  readonly #most: number | undefined
  readonly #known = new WeakMap<object, number>()
  readonly #stacks = new Map<string, TypedArray>()

  /** `most`: so many steps a run, however little that pays. */
  constructor(step: (batch: Batch) => StepLogs, engine: Engine | undefined, most: number | undefined) {
    this.one = compile(step, { engine })
    this.#several = compile(repeated(step), { engine })
    this.#engine = engine
    this.#most = most
  }

  /** How many batches like this one should be one run, if there are n of them. */
  async aRun(batch: Batch, n = Infinity): Promise<number> {
    if (this.#most !== undefined || !(await this.#engine?.copiesState?.())) return this.#most ?? 1
    const traced = this.one.traced(batch)
    const known = this.#known.get(traced) ?? stepsARun(traced)
    this.#known.set(traced, known)
    return Number.isFinite(n) ? fewestRuns(known, n) : known
  }

  /** One step on each batch, in as few runs as may be: `together` batches of one kind are one. */
  async run(batches: readonly Batch[], together: number): Promise<Figures[]> {
    if (together > 1 && batches.length === together) return rows(await this.#several(await this.#stacked(batches)), together)
    const all: Figures[] = []
    for (const batch of batches) all.push(...(await rows(await this.one(batch), 1)))
    return all
  }

  /** Each entry gains a first axis. Written where the batches of the run before stood: nobody has seen those. */
  async #stacked(batches: readonly Batch[]): Promise<Batch> {
    const [first] = batches as [Batch]
    const entries = Object.entries(first).map(async ([name, { shape, dtype }]) => {
      const whole = { shape: [batches.length, ...shape], dtype }
      const place = `${name} ${dtype}`
      const before = this.#stacks.get(place)
      const data = before?.length === size(whole.shape) ? before : allocate(dtype, size(whole.shape))
      const n = size(shape)
      this.#stacks.set(place, data)
      for (const [i, batch] of batches.entries()) {
        const { storage } = batch[name]!
        data.set(storage instanceof HostStorage ? storage.data : await storage.read(), i * n) // to wait takes longer than to copy a few numbers
      }
      return [name, new Tensor(whole, new HostStorage(data))] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  /** Every variable that it has changed so far. */
  get writes(): ReadonlySet<Variable> {
    return new Set([...this.one.writes, ...this.#several.writes])
  }

  async dispose(): Promise<void> {
    await this.one.dispose()
    await this.#several.dispose()
  }
}

/** Whether two batches can be part of one run. */
export function alike(a: Batch, b: Batch): boolean {
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every(name => b[name] !== undefined && a[name]!.dtype === b[name].dtype && sameShape(a[name]!.shape, b[name].shape))
  )
}

/** What each of n steps gave. */
export async function rows(logs: StepLogs, n: number): Promise<Figures[]> {
  const numbers = async (t: Tensor): Promise<ArrayLike<number>> => (size(t.shape) === n ? t.data() : [await t.item()]) // item says what is wrong
  const columns = await Promise.all(Object.entries(logs).map(async ([name, t]) => [name, await numbers(t)] as const))
  return Array.from({ length: n }, (_, i) => Object.fromEntries(columns.map(([name, data]) => [name, data[i]!])))
}
