import { FormatError, HostRng, RangeError, tensor, type Tensor } from '@portolan/core'
import type { BatchSource, Field, Fields } from '../source/array-dataset.ts'
import { toFloat } from '../transform/to-float.ts'
import type { Transform } from '../transform/transform.ts'

/** Tensors by name, all with the batch as first axis. */
export type Batch<K extends string = string> = { readonly [name in K]: Tensor }

export interface LoaderOptions<I extends string = string, O extends string = I> {
  /** Samples in a batch, at least 1; by default 32. The last batch of an epoch has what is left. */
  readonly batchSize?: number
  /** A new random order in each epoch; by default the order of the dataset. */
  readonly shuffle?: boolean
  /** Which random orders; an integer, by default 0. */
  readonly seed?: number
  /** Leave out a last batch that is not full; by default it is kept. */
  readonly dropLast?: boolean
  /** Changes each batch before it becomes tensors; by default `toFloat()`. */
  readonly transform?: Transform<I, O>
  /** How many batches to prepare ahead while one is used, at least 0, by default 0; worth it where preparing waits, as for files. */
  readonly prefetch?: number
}

/** Where a loader stands, as plain data; the fields other than `epoch` and `batch` say which loader it belongs to. */
export interface LoaderState {
  readonly epoch: number
  /** Batches of this epoch that were handed out. */
  readonly batch: number
  readonly samples: number
  readonly batchSize: number
  readonly dropLast: boolean
  readonly shuffle: boolean
  readonly seed: number
}

/** Batches of a dataset: each iteration is one epoch. */
export interface Loader<K extends string = string> extends AsyncIterable<Batch<K>> {
  /** Batches in an epoch. */
  readonly length: number
  /** Where it stands: after the last batch handed out, or at the beginning of the next epoch. */
  state(): LoaderState
  /** Makes the next iteration go on from there. @throws FormatError when the state is of a loader with other options or data. */
  restore(state: LoaderState): void
}

/** Streams of their own, so that a loader and a model of one seed draw from different numbers; each epoch adds its number. */
const ORDER_STREAM = 0x80000000
const TRANSFORM_STREAM = 0xc0000000
const STREAM_LENGTH = 0x40000000

/**
 * Batches of a dataset, for training and evaluation.
 *
 * The order of an epoch is a function of (`seed`, epoch number) alone. Breaking out of an iteration ends its epoch; to go on
 * within it, take `state()` and `restore` it, in this or in another process. By default bytes that look like pictures,
 * uint8 `[n, h, w]`, come out as float32 `[n, 1, h, w]` in 0 … 1; the other fields keep their shape and type.
 *
 * @throws RangeError when an option is out of its range or there is no batch at all. What a transform throws comes out of the
 * iteration at the batch it belongs to.
 *
 * @example
 * const batches = loader(train, { batchSize: 128, shuffle: true, seed: 7 })
 * for await (const { image, label } of batches) console.log(image.shape, label.shape) // [128, 1, 28, 28] [128]
 */
export function loader<I extends string, O extends string = I>(dataset: BatchSource<I>, options: LoaderOptions<I, O> = {}): Loader<O> {
  const { batchSize = 32, shuffle = false, seed = 0, dropLast = false, prefetch = 0 } = options
  const transform = options.transform ?? (toFloat() as Transform<string> as Transform<I, O>)
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`loader: batchSize must be an integer of at least 1, got ${batchSize}.`)
  if (!Number.isInteger(prefetch) || prefetch < 0)
    throw new RangeError(`loader: prefetch must be an integer of at least 0, got ${prefetch}.`)
  if (!Number.isSafeInteger(seed)) throw new RangeError(`loader: seed must be an integer between -(2^53 - 1) and 2^53 - 1, got ${seed}.`)
  const samples = dataset.length
  const length = dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize)
  if (!length)
    throw new RangeError(
      `loader: ${samples} samples make no ${dropLast ? 'full ' : ''}batch of ${batchSize}. ${samples ? 'Make batchSize smaller or leave dropLast out.' : 'Give a dataset that has samples.'}`,
    )

  const prepare = async (order: Uint32Array, epoch: number, batch: number): Promise<Fields<O>> => {
    const rows = await dataset.gather(order.subarray(batch * batchSize, Math.min(samples, (batch + 1) * batchSize)))
    return transform(rows, new HostRng(seed, TRANSFORM_STREAM + (epoch % STREAM_LENGTH), batch * 2 ** 28))
  }

  let position = { epoch: 0, batch: 0 }
  let start = position

  async function* iterate(): AsyncGenerator<Batch<O>, void, undefined> {
    const { epoch, batch: first } = (position = start)
    start = { epoch: epoch + 1, batch: 0 }
    const order = shuffle
      ? new HostRng(seed, ORDER_STREAM + (epoch % STREAM_LENGTH)).permutation(samples)
      : Uint32Array.from({ length: samples }, (_, i) => i)
    const ahead: Promise<Fields<O>>[] = []
    let next = first
    try {
      for (let batch = first; batch < length; batch++) {
        for (; next < length && next <= batch + prefetch; next++) {
          const prepared = prepare(order, epoch, next)
          prepared.catch(() => {}) // Reported when its turn comes, not before.
          ahead.push(prepared)
        }
        const fields = await ahead.shift()!
        position = { epoch, batch: batch + 1 }
        yield Object.fromEntries(Object.entries<Field>(fields).map(([name, { data, shape }]) => [name, tensor(data, shape)])) as Batch<O>
      }
      position = start
    } finally {
      await Promise.allSettled(ahead)
    }
  }

  const kind = { samples, batchSize, dropLast, shuffle, seed }
  return {
    length,
    [Symbol.asyncIterator]: iterate,
    state: () => ({ ...position, ...kind }),
    restore(state: LoaderState | null) {
      if (typeof state !== 'object' || state === null)
        throw new FormatError(`loader: the state must be what state() gave, got ${String(state)}.`)
      for (const [name, mine] of Object.entries(kind)) {
        const theirs: unknown = state[name as keyof LoaderState]
        if (theirs !== mine)
          throw new FormatError(
            `loader: the state was saved with ${name} ${theirs}, this loader has ${mine}. Make it as it was when the state was saved.`,
          )
      }
      const { epoch, batch } = state
      if (![epoch, batch].every(n => Number.isSafeInteger(n) && n >= 0) || batch > length)
        throw new FormatError(`loader: the state must name an epoch and a batch from 0 to ${length}, got epoch ${epoch}, batch ${batch}.`)
      position = start = { epoch, batch }
    },
  }
}
