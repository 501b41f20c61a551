import { PortolanError } from '../errors.ts'
import type { HostTensor } from '../io/safetensors.ts'
import { HostStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Tensors by name, one first axis: what a step is given. */
export type Batch = Readonly<Record<string, Tensor>>
/** What a data source may give: tensors, or numbers on the host with their shape and dtype. */
export type HostBatch = Readonly<Record<string, Tensor | HostTensor>>
/**
 * Anything that can be gone through once for each epoch; with a length, progress knows where it is. With `state` and `restore` (as a
 * loader has) it goes on from a checkpoint within an epoch; without, it must give the same batches each time, and those done are skipped.
 */
export type Batches = (Iterable<HostBatch> | AsyncIterable<HostBatch>) & {
  readonly length?: number
  /** Where it stands, as JSON. */
  state?(): unknown
  /** The next time it is gone through, it goes on from there. */
  restore?(state: unknown): void
}

export const toBatch = (batch: HostBatch): Batch =>
  Object.fromEntries(Object.entries(batch).map(([name, x]) => [name, x instanceof Tensor ? x : new Tensor(x, new HostStorage(x.data))]))

/** How many samples are in a batch: the first axis. */
export function batchSize(batch: Batch): number {
  const [first] = Object.values(batch)
  if (!first) throw new PortolanError('a batch is empty: it must hold at least one tensor')
  return first.shape[0] ?? 1
}
