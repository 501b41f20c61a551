import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { nodeFiles, type Files } from './files.ts'

/**
 * Writes a file so that at any moment, a power cut included, it holds either all of the new bytes or all of the old.
 *
 * The bytes go to a temporary file beside it, are flushed to the disk, and take the file's name in one step. A link is
 * followed and the permissions of the old file are kept. If anything fails, the temporary file is gone and the old one untouched.
 * @param files does it; default: Node's.
 * @example
 * await writeFileAtomic('model.safetensors', encodeSafetensors(tensors))
 */
export async function writeFileAtomic(file: string, bytes: Uint8Array | string, files: Files = nodeFiles): Promise<void> {
  const target = await files.realpath(file).catch(() => file)
  const mode = await files.stat(target).then(
    s => s.mode,
    () => undefined,
  )
  const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`
  try {
    const handle = await files.open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      if (mode !== undefined) await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await files.rename(temporary, target)
  } catch (cause) {
    await files.rm(temporary, { force: true })
    throw cause
  }
  await syncFolder(dirname(target), files)
}

/** Makes the rename itself durable. Windows has no such thing for folders. */
async function syncFolder(folder: string, { open }: Files): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
