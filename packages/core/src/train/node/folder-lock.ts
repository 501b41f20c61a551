import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { FileError, LockedError } from '../../errors.ts'
import { nodeFiles, systemReason, type Files } from '../../io/node/files.ts'

/** When a process began, in the kernel's ticks, so that a number that is given out again is not taken for it; 0 where the system does not say. */
function began(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
  } catch {
    return '0'
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // alive, and another user's
  }
}

const host = encodeURIComponent(hostname())
const pattern = /^lock-(.*)-(\d+)-(\d+)$/

export interface LockOptions {
  /** Who asks, for errors; default 'checkpoints'. */
  readonly name?: string
  /** Beginning of the lock's name: locks with others do not count; default ''. */
  readonly prefix?: string
  readonly files?: Files
}

/**
 * Takes a folder for this process. The lock is an empty file named for the process: its owner is told by the name, and a lock that was
 * left by a dead process can be removed by anybody without a race, because its name never comes again.
 * @returns what gives the folder back.
 * @throws LockedError if somebody else is at work in it, FileError if the lock can't be written.
 */
export async function lockFolder(
  folder: string,
  { name: who = 'checkpoints', prefix = '', files = nodeFiles }: LockOptions = {},
): Promise<() => Promise<void>> {
  const name = `${prefix}lock-${host}-${process.pid}-${began(process.pid)}`
  const path = join(folder, name)
  try {
    await (await files.open(path, 'wx')).close()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new LockedError(`${who}: ${folder} is in use by this very process. Give each a folder of its own.`, { cause })
    throw new FileError(`${who}: ${folder} cannot be written to (${systemReason(cause)}). Name a folder that can.`, { cause })
  }
  const release = (): Promise<void> => files.rm(path, { force: true })
  for (const other of await files.readdir(folder)) {
    const [, where, pid, start] = (other.startsWith(prefix) && pattern.exec(other.slice(prefix.length))) || []
    if (where === undefined || other === name) continue
    const here = where === host
    if (here && !(isAlive(Number(pid)) && began(Number(pid)) === start)) await files.rm(join(folder, other), { force: true })
    else {
      await release()
      throw new LockedError(
        `${who}: ${folder} is in use by process ${pid}${here ? '' : ` of ${decodeURIComponent(where)}`}. Stop it, or name another folder.${here ? '' : ` If it no longer runs, delete ${join(folder, other)}.`}`,
      )
    }
  }
  return release
}
