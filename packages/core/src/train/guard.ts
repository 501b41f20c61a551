import { NotFiniteError, PortolanError, RunError } from '../errors.ts'
import { variables } from '../nn/module.ts'
import type { Variable } from '../nn/variable.ts'
import { size } from '../tensor/spec.ts'
import { HostStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Batch } from './batch.ts'
import type { Checkpointer } from './checkpointer.ts'
import { advice } from './figures.ts'
import { firstBadOps, look, type BadOp } from './first-bad-op.ts'
import type { StepLogs } from './supervised.ts'

/** A step that was begun: its batches, and what every variable held. */
interface Begun {
  readonly step: number
  readonly batches: readonly Batch[]
  readonly before: ReadonlyMap<Variable, Tensor>
}

/** Numbers of state that are remembered twice: 64 MB of float32. */
const little = 2 ** 24

/**
 * Remembers what the last two steps began with, so that one that fails can be undone and looked into: two, because a gradient
 * that is not finite shows in the loss of the step after; of large state one. Tensors never change, so remembering is holding on to them.
 */
export class Guard {
  readonly #begun: Begun[] = []
  #held: { writes: number; all: readonly Variable[]; steps: number } = { writes: -1, all: [], steps: 2 }

  constructor(
    readonly train: (batch: Batch) => StepLogs,
    readonly state: unknown,
  ) {}

  /** A run of one or more steps begins. */
  begin(step: number, batches: readonly Batch[], writes: ReadonlySet<Variable>): void {
    if (writes.size !== this.#held.writes) {
      const all = [...new Set([...writes, ...variables(this.state).values()])]
      const steps = all.reduce((sum, v) => sum + size(v.shape), 0) > little ? 1 : 2
      this.#held = { writes: writes.size, all, steps }
    }
    while (this.#begun.length >= this.#held.steps) letGo(this.#begun.shift()!)
    const before = new Map(this.#held.all.map(v => [v, v.latest] as const))
    for (const t of before.values()) t.storage.owners++
    this.#begun.push({ step, batches, before })
  }

  /** Lets go of everything. */
  end(): void {
    for (const b of this.#begun.splice(0)) letGo(b)
  }

  /** Puts back what was before the last run. */
  undo(): void {
    const last = this.#begun.pop()!
    restore(last)
    letGo(last)
  }

  /** Undoes the last run, and says what is to be said of its failure. */
  async explain(error: unknown, where: string, checkpoint: Checkpointer | undefined): Promise<unknown> {
    const last = this.#begun.at(-1)!
    restore(last)
    const good = checkpoint?.last === undefined ? '' : `\nThe last checkpoint is ${checkpoint.last}.`
    if (error instanceof NotFiniteError) return this.#trace(error, checkpoint, good)
    const memory = outOfMemory.test(String(error))
    if (!memory && !(error instanceof RunError)) return error
    const text = error instanceof Error ? error.message : String(error)
    const hint = memory ? ' Make batches smaller, or accumulate gradients over several: adam(1e-3, { accumulate: 4 }).' : ''
    return new RunError(`${where}: ${memory ? 'memory is full: ' : ''}${text}.${hint}\nAll state is as it was before this step.${good}`, {
      cause: error,
    })
  }

  async #trace(error: NotFiniteError, checkpoint: Checkpointer | undefined, good: string): Promise<NotFiniteError> {
    let culprit = this.#begun.at(-1)!
    const earlier = this.#begun.at(-2)
    const was = await notFinite(culprit)
    if (was.length && earlier && !(await notFinite(earlier)).length) {
      restore(earlier)
      culprit = earlier
    }
    const given = await notFiniteIn(culprit)
    const hint = given.length ? `Clean ${given.join(' and ')}, or leave such batches out` : advice
    const found = given.length
      ? 'The batch itself is not finite. '
      : was.length && culprit !== earlier
        ? `${list(was)} was not finite before it. `
        : await this.#find(culprit)
    const made = culprit === earlier ? `The step before it, ${culprit.step}, made ${list(was)} not finite. ` : ''
    const file = await checkpoint?.keepBatch(culprit.step, culprit.batches.at(-1)!)
    const kept = file === undefined ? '' : `\nThe batch is kept in ${file}.`
    return new NotFiniteError(
      `${error.message.replace(advice, hint)}\n${made}${found}All state is as it was before ${culprit === earlier ? 'that' : 'this'} step.${kept}${good}`,
      {
        ...error.parts,
        hint,
        step: culprit.step,
        batch: culprit.batches.at(-1)!,
        ...(file !== undefined && { file }),
        ...(checkpoint?.last !== undefined && { checkpoint: checkpoint.last }),
      },
    )
  }

  async #find({ batches, before }: Begun): Promise<string> {
    try {
      const state = new Map(
        await Promise.all([...before].map(async ([v, t]) => [v, new Tensor(t, new HostStorage(await t.data()))] as const)),
      )
      const { nan, infinite } = await firstBadOps(this.train, batches.at(-1)!, state)
      const name = ({ op, line, made, range: [low, high] }: BadOp): string =>
        `The first ${made} is made by ${op}${low <= high ? `, of numbers between ${low} and ${high}` : ''}\n    ${line}\n`
      return [infinite, nan].map(bad => (bad ? name(bad) : '')).join('') || 'Op by op the same batch gives finite numbers. '
    } catch (cause) {
      if (!(cause instanceof PortolanError)) throw cause
      return `Which op made it could not be found out (${cause.message}). `
    }
  }
}

const outOfMemory = /bad_alloc|out of memory|failed to allocate|allocation failed|invalid (typed )?array (buffer )?length/i

function letGo({ before }: Begun): void {
  for (const { storage } of before.values()) if (--storage.owners === 0 && storage.hidden) storage.dispose()
}

function restore({ before }: Begun): void {
  for (const [v, t] of before) v.latest = t
}

/** Variables that hold numbers which are not finite. */
async function notFinite({ before }: Begun): Promise<Variable[]> {
  const bad = await Promise.all(
    [...before].map(async ([v, t]) => {
      const { nan, infinite } = await look(t)
      return nan || infinite ? [v] : []
    }),
  )
  return bad.flat()
}

/** Entries of its last batch that are not finite. */
async function notFiniteIn({ batches }: Begun): Promise<string[]> {
  const bad = await Promise.all(
    Object.entries(batches.at(-1)!).map(async ([name, t]) => {
      const { nan, infinite } = await look(t)
      return nan || infinite ? [name] : []
    }),
  )
  return bad.flat()
}

const list = (bad: readonly Variable[]): string =>
  `${bad.length === 1 ? 'a variable' : `${bad.length} variables`} ([${bad[0]!.shape}]${bad.length > 1 ? ', …' : ''})`
