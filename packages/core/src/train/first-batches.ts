import { RangeError } from '../errors.ts'
import type { Batches, HostBatch } from './batch.ts'

/** At most the first n batches of each pass. @throws RangeError unless n is a whole number of at least 1. */
export function firstBatches(data: Batches, n: number): Batches {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`fastDevRun: needs a whole number of batches, at least 1, got ${n}`)
  return {
    length: Math.min(n, data.length ?? n),
    async *[Symbol.asyncIterator]() {
      let left = n
      for await (const batch of data) {
        yield batch
        if (--left === 0) return
      }
    },
  }
}

/** What is left of one pass after n batches. */
export async function* withoutFirst(data: Batches, n: number): AsyncGenerator<HostBatch, void, undefined> {
  let left = n
  for await (const batch of data) if (left-- <= 0) yield batch
}
