import { join } from 'node:path'
import { FileError, InterruptedError, LockedError, PortolanError, RangeError } from '../../errors.ts'
import { nodeFiles, systemReason, type Files } from '../../io/node/files.ts'
import { writeFileAtomic } from '../../io/node/write-file-atomic.ts'
import { encodeSafetensors } from '../../io/safetensors.ts'
import type { Checkpointer } from '../checkpointer.ts'
import { History } from '../history.ts'
import { listCheckpoints, readCheckpoint, sweep, writeCheckpoint, type CheckpointFile } from './checkpoint-file.ts'
import { lockFolder } from './folder-lock.ts'

/** Options of `checkpoints`. */
export interface CheckpointsOptions {
  /** Whether to go on from the last checkpoint in the folder, if there is one; default false: a folder that has some is refused. */
  resume?: boolean
  /** Saves after every so many steps too; default: only after epochs. */
  everySteps?: number
  /** Saves after every so many epochs; default 1. */
  everyEpochs?: number
  /** How many of the latest stay; default 2. */
  keepLast?: number
  /** Every so many epochs, the checkpoint stays for good; default: none does. */
  keepEvery?: number
  /** The best epoch by this log, as in `History`, is saved and stays; default: none. */
  best?: string
  /** Whether less or more of it is better; default 'min'. */
  mode?: 'min' | 'max'
  /** Whether Ctrl+C (SIGINT) and SIGTERM save before they end the run; default true. */
  signals?: boolean
  /** Told when what bits depend on, such as the number of threads, is not as it was; default `console.warn`. */
  warn?: (message: string) => void
  /** @internal */
  files?: Files
}

/**
 * Keeps checkpoints of a run in a folder, for `fit`: everything that is needed to go on, bit by bit, as if nothing had happened.
 *
 * Each is one safetensors file, `step-00001200-epoch-3.safetensors`, written beside, flushed and renamed: whatever happens, the one before
 * it is whole. One folder holds one call of `fit`; while that runs, no other trainer can use it. Random streams that are neither
 * below the step's state nor that of `seed` are refused, because they would be lost.
 *
 * Thrown by `fit`: LockedError while another trainer uses the folder; FileError if it can't be written, with what is there still
 * whole; FormatError if the checkpoint is damaged or of another version; InterruptedError after a signal.
 * @throws RangeError for a number that is not a whole one of at least 1.
 * @example
 * await trainer.fit(batches, { epochs: 10, checkpoint: checkpoints('runs/mnist', { resume: true }) })
 */
export function checkpoints(
  folder: string,
  {
    resume = false,
    everySteps,
    everyEpochs = 1,
    keepLast = 2,
    keepEvery,
    best,
    mode = 'min',
    signals = true,
    warn = console.warn,
    files = nodeFiles,
  }: CheckpointsOptions = {},
): Checkpointer {
  for (const [name, n] of Object.entries({ everySteps, everyEpochs, keepLast, keepEvery }))
    if (n !== undefined && !(Number.isInteger(n) && n >= 1))
      throw new RangeError(`checkpoints: ${name} must be a whole number of at least 1, got ${n}.`)
  let release: (() => Promise<void>) | undefined
  let last: CheckpointFile | undefined
  let asked: NodeJS.Signals | undefined
  const hear = (signal: NodeJS.Signals): void => {
    asked = signal
    process.off('SIGINT', hear).off('SIGTERM', hear) // a second one ends the process at once
  }
  const refused = (what: string, cause: unknown): never => {
    const kept = last ? `${last.path} is whole` : 'There is no earlier one'
    throw new FileError(`checkpoints: ${what} (${systemReason(cause)}). ${kept}. Make room or name another folder, then resume.`, { cause })
  }

  return {
    warn,
    get last() {
      return last?.path
    },
    async open() {
      if (release) throw new LockedError(`checkpoints: ${folder} is in use by another call of fit. Give each a folder of its own.`)
      await files.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
        throw new FileError(`checkpoints: the folder ${folder} cannot be made (${systemReason(cause)}). Name another.`, { cause })
      })
      const unlock = await lockFolder(folder, { files })
      try {
        await sweep(folder, files)
        last = (await listCheckpoints(folder, files)).at(-1)
        if (last && !resume)
          throw new PortolanError(
            `checkpoints: ${folder} has checkpoints up to step ${last.step}. Pass { resume: true } to go on from there, or name another folder.`,
          )
        const snapshot = last && (await readCheckpoint(last.path))
        release = unlock
        if (signals) process.on('SIGINT', hear).on('SIGTERM', hear)
        return snapshot
      } catch (error) {
        await unlock()
        throw error
      }
    },
    async offer({ step, epochs, atEnd }, take) {
      const bestEpoch = best === undefined ? undefined : new History(epochs).best(best, mode)?.epoch
      const n = epochs.length
      const due = atEnd ? n % everyEpochs === 0 || n === bestEpoch : everySteps !== undefined && step - (last?.step ?? 0) >= everySteps // not at multiples: several steps may be one run
      if (!due && !asked) return
      const written = last?.step === step && (!atEnd || last.epoch !== undefined)
      if (!written)
        last = await take()
          .then(snapshot => writeCheckpoint(folder, atEnd ? n : undefined, snapshot, files))
          .catch((cause: unknown) => {
            if (cause instanceof PortolanError) throw cause
            return refused(`step ${step} could not be saved in ${folder}`, cause)
          })
      const all = await listCheckpoints(folder, files)
      const stays = ({ epoch }: CheckpointFile, i: number): boolean =>
        i >= all.length - keepLast || (epoch !== undefined && (epoch === bestEpoch || (keepEvery !== undefined && epoch % keepEvery === 0)))
      for (const [i, file] of all.entries()) if (!stays(file, i)) await files.rm(file.path, { force: true })
      if (asked)
        throw new InterruptedError(
          `fit: ${asked} stopped the run after step ${step}; it is saved in ${last!.path}. Run it again with { resume: true } to go on.`,
        )
    },
    async keepBatch(step, batch) {
      const path = join(folder, `not-finite-step-${step}.safetensors`)
      const tensors = await Promise.all(
        Object.entries(batch).map(async ([name, t]) => [name, { dtype: t.dtype, shape: t.shape, data: await t.data() }] as const),
      )
      await writeFileAtomic(path, encodeSafetensors(Object.fromEntries(tensors)), files)
      return path
    },
    async close() {
      process.off('SIGINT', hear).off('SIGTERM', hear)
      asked = undefined
      await release?.()
      release = undefined
    },
  }
}
