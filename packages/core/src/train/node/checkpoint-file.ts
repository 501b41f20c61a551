import { join } from 'node:path'
import { FileError, FormatError } from '../../errors.ts'
import { nodeFiles, systemReason, type Files } from '../../io/node/files.ts'
import { readSafetensors } from '../../io/node/safetensors-file.ts'
import { writeFileAtomic } from '../../io/node/write-file-atomic.ts'
import { encodeSafetensors } from '../../io/safetensors.ts'
import type { Progress, Snapshot } from '../snapshot.ts'

/** A snapshot in a folder; `epoch` is set when it was taken at an epoch's end. */
export interface CheckpointFile {
  readonly path: string
  readonly step: number
  readonly epoch: number | undefined
}

/** Of the file: raised when older programs could not read what newer ones write. */
const version = '1'
const pattern = /^step-(\d+)(?:-epoch-(\d+))?\.safetensors$/
const temporary = /^(step|not-finite-step)-.*\.safetensors\.[0-9a-f]{8}\.tmp$/

/** The snapshots in a folder, the oldest first. */
export async function listCheckpoints(folder: string, files: Files = nodeFiles): Promise<CheckpointFile[]> {
  const names = await files.readdir(folder).catch((cause: unknown) => {
    throw new FileError(`checkpoints: ${folder} is not a folder that can be read (${systemReason(cause)}). Look at its path.`, { cause })
  })
  return names
    .flatMap(name => {
      const [, step, epoch] = pattern.exec(name) ?? []
      return step === undefined
        ? []
        : [{ path: join(folder, name), step: Number(step), epoch: epoch === undefined ? undefined : Number(epoch) }]
    })
    .sort((a, b) => a.step - b.step || (a.epoch ?? 0) - (b.epoch ?? 0))
}

/** Removes what a writer that was killed has left half done. */
export async function sweep(folder: string, files: Files): Promise<void> {
  for (const name of await files.readdir(folder)) if (temporary.test(name)) await files.rm(join(folder, name), { force: true })
}

/** A checkpoint is a safetensors file: any program that reads the format finds the weights in it by name. */
export async function writeCheckpoint(
  folder: string,
  epoch: number | undefined,
  snapshot: Snapshot,
  files: Files,
): Promise<CheckpointFile> {
  const { step } = snapshot.progress
  const path = join(folder, `step-${String(step).padStart(8, '0')}${epoch === undefined ? '' : `-epoch-${epoch}`}.safetensors`)
  const metadata = { format: 'pt', portolanCheckpoint: version, progress: JSON.stringify(snapshot.progress), rest: snapshot.rest }
  await writeFileAtomic(path, encodeSafetensors(snapshot.tensors, metadata), files)
  return { path, step, epoch }
}

/** @throws FormatError with the file's name if it is damaged, no checkpoint, or one of another version. */
export async function readCheckpoint(path: string): Promise<Snapshot> {
  const { tensors, metadata } = await readSafetensors(path)
  const { portolanCheckpoint: found, progress, rest } = metadata
  if (found === undefined || progress === undefined || rest === undefined)
    throw new FormatError(`${path}: these are weights, not a checkpoint: there is nothing to go on from. Load them with loadWeights.`)
  if (found !== version)
    throw new FormatError(`${path}: checkpoints must be of version ${version}, got ${found}. Use the version of Portolan that wrote it.`)
  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new FormatError(`${path}: the checkpoint's record must be JSON (byte 8). It is damaged.`, { cause })
    }
  }
  const where = parse(progress)
  if (!isProgress(where) || !isRest(parse(rest)))
    throw new FormatError(
      `${path}: the checkpoint's record must say where the run is, got ${progress.slice(0, 80)} (byte 8). It is damaged.`,
    )
  return { tensors, progress: where, rest }
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const isCount = (x: unknown): boolean => Number.isSafeInteger(x) && (x as number) >= 0
const isNumbers = (x: unknown): boolean => isObject(x) && Object.values(x).every(v => typeof v === 'number')

const isProgress = (x: unknown): x is Progress =>
  isObject(x) &&
  ['step', 'epoch', 'batch', 'before', 'count'].every(key => isCount(x[key])) &&
  isNumbers(x['sums']) &&
  isNumbers(x['logged']) &&
  ['string', 'undefined'].includes(typeof x['stopped'])

const isRest = (x: unknown): boolean =>
  isObject(x) && Array.isArray(x['history']) && Array.isArray(x['frozen']) && isObject(x['callbacks']) && isObject(x['facts'])
