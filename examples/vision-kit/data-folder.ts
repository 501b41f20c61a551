import { join } from 'node:path'
import { PortolanError } from '@portolan/core'

/** A folder of real data. @throws PortolanError when nothing says where it is. */
export function dataFolder(name: string): string {
  const root = process.env.PORTOLAN_DATA
  if (!root) throw new PortolanError(`--data real needs the folder ${name}: name the one that holds it, PORTOLAN_DATA=/path/to/datasets.`)
  return join(root, name)
}
