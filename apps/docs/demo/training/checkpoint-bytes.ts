import { decodeSafetensors, encodeSafetensors, FormatError, type Progress, type Safetensors, type Snapshot } from '@portolan/core'

/** A snapshot as the file that `checkpoints` of @portolan/core/node writes and goes on from. */
export const encodeCheckpoint = ({ tensors, progress, rest }: Snapshot): Uint8Array<ArrayBuffer> =>
  encodeSafetensors(tensors, { format: 'pt', portolanCheckpoint: '1', progress: JSON.stringify(progress), rest })

/**
 * A snapshot, or only the weights where a file has no more.
 * @throws FormatError with the file's name if it is damaged or of another version.
 */
export function decodeCheckpoint(bytes: Uint8Array, label: string): Snapshot | Safetensors['tensors'] {
  const { tensors, metadata } = decodeSafetensors(bytes, { label })
  const { portolanCheckpoint: version, progress, rest } = metadata
  if (version === undefined) return tensors
  if (version !== '1' || progress === undefined || rest === undefined)
    throw new FormatError(`${label}: checkpoints must be of version 1, got ${version}. Use the version of Portolan that wrote it.`)
  return { tensors, progress: JSON.parse(progress) as Progress, rest }
}

export const isSnapshot = (x: Snapshot | Safetensors['tensors']): x is Snapshot => typeof (x as Snapshot).rest === 'string'
