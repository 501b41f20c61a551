import { PortolanError } from '../errors.ts'
import type { HostTensor } from '../io/safetensors.ts'
import { HostStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Tensors by name, one first axis: what a step is given. */
export type Batch = Readonly<Record<string, Tensor>>
/** What a data source may give: tensors, or numbers on the host with their shape and dtype. */
export type HostBatch = Readonly<Record<string, Tensor | HostTensor>>
/** Anything that can be gone through once for each epoch; with a length, progress knows where it is. */
export type Batches = (Iterable<HostBatch> | AsyncIterable<HostBatch>) & { readonly length?: number }

export const toBatch = (batch: HostBatch): Batch =>
  Object.fromEntries(Object.entries(batch).map(([name, x]) => [name, x instanceof Tensor ? x : new Tensor(x, new HostStorage(x.data))]))

/** How many samples are in a batch: the first axis. */
export function batchSize(batch: Batch): number {
  const [first] = Object.values(batch)
  if (!first) throw new PortolanError('a batch is empty: it must hold at least one tensor')
  return first.shape[0] ?? 1
}
