import { statSync, truncateSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { FormatError } from '../../errors.ts'

const newline = 10

/** Adds whole lines to a file, each in one write. */
export interface LineFile {
  /** The first line that was there, if any. */
  readonly first: string | undefined
  append(line: string): Promise<void>
}

/**
 * Opens a file to add lines at its end. A last line without an end was cut off when its writer stopped: it is taken away, so that what is
 * added stands on a line of its own; nothing else is changed. The folder must be there.
 */
export async function openLines(path: string): Promise<LineFile> {
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    const whole = await lastBreak(file, size)
    if (whole < size) await file.truncate(whole)
    const first = await firstLine(file, whole)
    return { first, append: line => appendLine(path, line) }
  } finally {
    await file.close()
  }
}

/** How long a file is, for a checkpoint: lines that come after it are written again by a run that goes on from there. */
export const lengthOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Takes away what was added since. */
export function cutBack(path: string, length: number): void {
  if (lengthOf(path) > length) truncateSync(path, length)
}

async function appendLine(path: string, line: string): Promise<void> {
  if (line.includes('\n')) throw new FormatError(`${path}: a line must not hold a line break, got ${JSON.stringify(line)}`)
  const file = await open(path, 'a')
  try {
    await file.appendFile(`${line}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** How many bytes there are up to and with the last line break. */
async function lastBreak(file: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(4096)
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - chunk.length)
    await file.read(chunk, 0, end - from, from)
    const at = chunk.subarray(0, end - from).lastIndexOf(newline)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}

async function firstLine(file: FileHandle, size: number): Promise<string | undefined> {
  const chunk = Buffer.alloc(Math.min(size, 65_536))
  await file.read(chunk, 0, chunk.length, 0)
  const end = chunk.indexOf(newline)
  return end < 0 ? undefined : chunk.toString('utf8', 0, end)
}
