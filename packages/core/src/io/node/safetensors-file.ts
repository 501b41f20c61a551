import { open, type FileHandle } from 'node:fs/promises'
import { FormatError } from '../../errors.ts'
import { parseSafetensorsHeader, safetensorsHeaderLength } from '../safetensors-header.ts'
import { decodeEntry, encodeSafetensors, type HostTensor, type Safetensors } from '../safetensors.ts'
import { writeFileAtomic } from './write-file-atomic.ts'

/**
 * Reads a `.safetensors` file, one tensor after the other, so that it is never in memory as a whole beside them.
 * @throws FormatError, with the file's name and a byte offset; see `decodeSafetensors`.
 * @example
 * const { tensors, metadata } = await readSafetensors('resnet18.safetensors')
 */
export async function readSafetensors(file: string): Promise<Safetensors> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const length = safetensorsHeaderLength(await readAt(handle, 0, Math.min(8, size), file), size, file)
    const { entries, metadata } = parseSafetensorsHeader(await readAt(handle, 8, length, file), size, file)
    const tensors: Record<string, HostTensor> = Object.create(null)
    for (const entry of entries)
      tensors[entry.name] = decodeEntry(entry, await readAt(handle, entry.begin, entry.end - entry.begin, file), file)
    return { tensors, metadata }
  } finally {
    await handle.close()
  }
}

/**
 * Writes a `.safetensors` file in one step: a crash leaves the old file or the new one, never half of one.
 * @throws what {@link encodeSafetensors} throws, before anything is written.
 * @example
 * await writeSafetensors('model.safetensors', { 'fc.bias': { dtype: 'float32', shape: [2], data: Float32Array.of(0, 1) } })
 */
export async function writeSafetensors(
  file: string,
  tensors: Readonly<Record<string, HostTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomic(file, encodeSafetensors(tensors, metadata))
}

/** A single read call takes less than 2 GiB. */
const maxRead = 2 ** 30

async function readAt(handle: FileHandle, at: number, length: number, label: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, maxRead), at + done)
    if (bytesRead === 0) throw new FormatError(`${label}: the file ended at byte ${at + done} while it was being read.`)
    done += bytesRead
  }
  return bytes
}
