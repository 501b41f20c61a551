import { PortolanError, type Batch, type Tensor } from '@portolan/core'

/** What a batch has under a name. @throws PortolanError if there is nothing. */
export function entry(step: string, batch: Batch, name: string): Tensor {
  const found = batch[name]
  if (!found)
    throw new PortolanError(
      `${step}: a batch must have ${name}, got ${Object.keys(batch).join(', ') || 'nothing'}. Name what it has: ${step}({ …, input: '…' })`,
    )
  return found
}
