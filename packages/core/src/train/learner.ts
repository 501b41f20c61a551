import type { Engine } from '../graph/compile.ts'
import type { Variable } from '../nn/variable.ts'
import type { Batch } from './batch.ts'
import type { Checkpointer } from './checkpointer.ts'
import { finite, type Figures } from './figures.ts'
import { Guard } from './guard.ts'
import { Steps } from './steps.ts'
import type { StepLogs } from './supervised.ts'

/** Steps that count, and that are undone and explained where they fail. */
export class Learner {
  /** How many were made. */
  made = 0
  readonly #steps: Steps
  readonly #guard: Guard

  /** `most`: so many steps a run, however little that pays. */
  constructor(step: (batch: Batch) => StepLogs, state: unknown, engine: Engine | undefined, most: number | undefined) {
    this.#steps = new Steps(step, engine, most)
    this.#guard = new Guard(step, state)
  }

  /** How many batches like this one should be one run, of so many in an epoch. */
  aRun(batch: Batch, epoch?: number): Promise<number> {
    return this.#steps.aRun(batch, epoch)
  }
  /** Every variable that steps have changed so far. */
  get writes(): ReadonlySet<Variable> {
    return this.#steps.writes
  }

  /**
   * One step on each batch. Where one fails, state is as it was before it.
   * @throws NotFiniteError when a figure is not finite; RunError when the engine fails.
   */
  async learn(batches: readonly Batch[], together: number, where: (i: number) => string, checkpoint?: Checkpointer): Promise<Figures[]> {
    const atOnce = await this.#atOnce(batches, together, where, checkpoint)
    if (atOnce) {
      this.made += batches.length
      return atOnce
    }
    const all: Figures[] = []
    for (const [i, batch] of batches.entries()) {
      this.#guard.begin(this.made + 1, [batch], this.writes)
      try {
        all.push(finite((await this.#steps.run([batch], 1))[0]!, where(i)))
      } catch (error) {
        throw await this.#guard.explain(error, where(i), checkpoint)
      }
      this.made++
    }
    return all
  }

  /** All in one run, if they are meant to be; undefined where it was undone, since one by one they show which of them it was. */
  async #atOnce(
    batches: readonly Batch[],
    together: number,
    where: (i: number) => string,
    checkpoint?: Checkpointer,
  ): Promise<Figures[] | undefined> {
    if (together === 1 || batches.length !== together) return undefined
    this.#guard.begin(this.made + batches.length, batches, this.writes)
    try {
      const figures = await this.#steps.run(batches, together)
      if (figures.every(f => Object.values(f).every(Number.isFinite))) return figures
    } catch (error) {
      throw await this.#guard.explain(error, where(0), checkpoint)
    }
    this.#guard.undo()
    return undefined
  }

  /** Lets go of what could be undone. */
  end(): void {
    this.#guard.end()
  }
  async dispose(): Promise<void> {
    this.end()
    await this.#steps.dispose()
  }
}
