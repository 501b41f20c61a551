import type { Batch } from './batch.ts'
import type { EpochLog } from './history.ts'
import type { Snapshot } from './snapshot.ts'

/** Where a run could be saved: between two steps. */
export interface SavePoint {
  readonly step: number
  /** Complete epochs, so far. */
  readonly epochs: readonly EpochLog[]
  /** Whether the last of them has just ended. */
  readonly atEnd: boolean
}

/**
 * Keeps snapshots of a run: `checkpoints` in `@portolan/core/node` does so in a folder.
 */
export interface Checkpointer {
  /** Begins; gives what to go on from, if there is something. */
  open(): Promise<Snapshot | undefined>
  /** Saves if it is time to. @throws InterruptedError, after saving, when the run was asked to stop. */
  offer(point: SavePoint, take: () => Promise<Snapshot>): Promise<void>
  /** Keeps a batch that a step failed on; gives its name. */
  keepBatch(step: number, batch: Batch): Promise<string>
  /** The name of the last snapshot. */
  readonly last: string | undefined
  /** Tells the user something. */
  warn(message: string): void
  /** Waits until the last snapshot is kept. */
  close(): Promise<void>
}
