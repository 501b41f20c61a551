import * as node from 'node:fs/promises'

/** What of the file system is used to keep things: pass another to see or to break every step of it. */
export type Files = Pick<typeof node, 'mkdir' | 'open' | 'readdir' | 'realpath' | 'rename' | 'rm' | 'stat'>

export const nodeFiles: Files = node

/** Why the system refused, in a word or two: `ENOSPC: no space left on device`. */
export const systemReason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/, \w+( '.*)?$/, '')
