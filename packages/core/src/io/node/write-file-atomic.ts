import { randomUUID } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that at any moment, a power cut included, it holds either all of the new bytes or all of the old.
 *
 * The bytes go to a temporary file beside it, are flushed to the disk, and take the file's name in one step. A link is
 * followed and the permissions of the old file are kept. If anything fails, the temporary file is gone and the old one untouched.
 * @example
 * await writeFileAtomic('model.safetensors', encodeSafetensors(tensors))
 */
export async function writeFileAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const mode = await stat(target).then(
    s => s.mode,
    () => undefined,
  )
  const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      if (mode !== undefined) await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
  await syncFolder(dirname(target))
}

/** Makes the rename itself durable. Windows has no such thing for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
