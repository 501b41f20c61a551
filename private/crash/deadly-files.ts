import * as node from 'node:fs/promises'
import type { CheckpointsOptions } from '@portolan/core/node'

type Files = NonNullable<CheckpointsOptions['files']>

/** Moments of saving at which a process can be killed. */
export const points = ['mid-write', 'before-fsync', 'before-rename', 'before-folder-fsync', 'between-files', 'after-lock'] as const
export type Point = (typeof points)[number]

/** Node's file system, in which this process dies when it comes to a point for the nth time: SIGKILL, as from outside. */
export function deadlyFiles(point: Point, nth: number): Files {
  let left = nth
  const reach = (here: Point): void => {
    if (here === point && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
  const isCheckpoint = (path: unknown): boolean => String(path).includes('step-')
  return {
    ...node,
    async open(path, flags, mode) {
      if (flags === 'r') reach('before-folder-fsync')
      const file = await node.open(path, flags, mode)
      if (String(path).endsWith('.tmp')) {
        const { writeFile, sync } = file
        file.writeFile = async data => {
          if (point === 'mid-write' && left === 1) await file.write((data as Uint8Array).subarray(0, data.length >> 1))
          reach('mid-write')
          await writeFile.call(file, data)
        }
        file.sync = async () => {
          reach('before-fsync')
          await sync.call(file)
        }
      }
      return file
    },
    async rename(from, to) {
      reach('before-rename')
      await node.rename(from, to)
    },
    async rm(path, options) {
      if (isCheckpoint(path)) reach('between-files')
      await node.rm(path, options)
    },
    readdir: (async (path: string) => {
      reach('after-lock')
      return node.readdir(path)
    }) as typeof node.readdir,
  }
}
