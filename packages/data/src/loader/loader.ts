import { FormatError, HostRng, RangeError, tensor, type HostRngState, type Tensor } from '@portolan/core'
import type { BatchSource, Field, Fields } from '../source/array-dataset.ts'
import { toFloat } from '../transform/to-float.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'
import type { Transform } from '../transform/transform.ts'
import type { Sampler } from './sampler.ts'
import type { Waiting } from './wait-meter.ts'

/** Tensors by name, all with the batch as first axis. */
export type Batch<K extends string = string> = { readonly [name in K]: Tensor }

/** Options of `loader`. */
export interface LoaderOptions<I extends string = string, O extends string = I> {
  /** Samples in a batch, at least 1; by default 32. The last batch of an epoch has what is left. */
  readonly batchSize?: number
  /** A new random order in each epoch; by default the order of the dataset. */
  readonly shuffle?: boolean
  /** Which samples an epoch takes and in which order, such as `balanced`; instead of `shuffle`. */
  readonly sampler?: Sampler
  /** Which random orders; an integer, by default 0. */
  readonly seed?: number
  /** Leave out a last batch that is not full; by default it is kept. */
  readonly dropLast?: boolean
  /** Changes each sample before it is put into a batch: crops, flips, colours. Sources of files run it in their worker threads. */
  readonly each?: SampleTransform
  /** Changes each batch before it becomes tensors; by default `toFloat()`. */
  readonly transform?: Transform<I, O>
  /** How many batches to prepare ahead while one is used, at least 0; by default 2 for sources of files, 0 for others. */
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
  /** Its name; empty without one. */
  readonly sampler: string
}

/** Batches of a dataset: each iteration is one epoch. */
export interface Loader<K extends string = string> extends AsyncIterable<Batch<K>> {
  /** Batches in an epoch. */
  readonly length: number
  /** Where it stands: after the last batch handed out, or at the beginning of the next epoch. */
  state(): LoaderState
  /** Makes the next iteration go on from there. @throws FormatError when the state is of a loader with other options or data. */
  restore(state: LoaderState): void
  /** How long this iteration, or the last one, has waited for data. */
  waiting(): Waiting
}

/** Streams of their own, so that a loader and a model of one seed draw from different numbers; each epoch adds its number. */
const ORDER_STREAM = 0x80000000
const TRANSFORM_STREAM = 0xc0000000
const EACH_STREAM = 0x40000000
const STREAM_LENGTH = 0x40000000
/** Random words set apart for each sample of an epoch, more than one uses. */
const WORDS = 2 ** 20

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
  const { batchSize = 32, shuffle = false, sampler, each, seed = 0, dropLast = false, prefetch = dataset.prefetch ?? 0 } = options
  const transform = options.transform ?? (toFloat() as Transform<string> as Transform<I, O>)
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`loader: batchSize must be an integer of at least 1, got ${batchSize}.`)
  if (!Number.isInteger(prefetch) || prefetch < 0)
    throw new RangeError(`loader: prefetch must be an integer of at least 0, got ${prefetch}.`)
  if (!Number.isSafeInteger(seed)) throw new RangeError(`loader: seed must be an integer between -(2^53 - 1) and 2^53 - 1, got ${seed}.`)
  if (sampler && shuffle) throw new RangeError(`loader: the sampler ${sampler.name} says the order, leave out shuffle.`)
  if (each && !dataset.gatherEach)
    throw new RangeError(
      'loader: this dataset hands out no single samples for each. Change whole batches with transform, or give it a gatherEach.',
    )
  const samples = sampler?.length ?? dataset.length
  const length = dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize)
  if (!length)
    throw new RangeError(
      `loader: ${samples} samples make no ${dropLast ? 'full ' : ''}batch of ${batchSize}. ${samples ? 'Make batchSize smaller or leave dropLast out.' : 'Give a dataset that has samples.'}`,
    )

  const prepare = async (order: Uint32Array, epoch: number, batch: number): Promise<Fields<O>> => {
    const indices = order.subarray(batch * batchSize, Math.min(samples, (batch + 1) * batchSize))
    // Sample i of an epoch draws from numbers of its own, whatever the batch size and whoever works on it.
    const drawsOf = (i: number): HostRngState => ({
      seed,
      stream: EACH_STREAM + (epoch % STREAM_LENGTH),
      draw: (batch * batchSize + i) * WORDS,
    })
    const rows = await (each ? dataset.gatherEach!(indices, each, drawsOf) : dataset.gather(indices))
    if (!Object.keys(rows).length) return {} as Fields<O>
    return transform(rows, new HostRng(seed, TRANSFORM_STREAM + (epoch % STREAM_LENGTH), batch * 2 ** 28))
  }

  let position = { epoch: 0, batch: 0 }
  let start = position
  let time = { batches: 0, waited: 0, used: 0 }

  async function* iterate(): AsyncGenerator<Batch<O>, void, undefined> {
    const { epoch, batch: first } = (position = start)
    start = { epoch: epoch + 1, batch: 0 }
    const rng = new HostRng(seed, ORDER_STREAM + (epoch % STREAM_LENGTH))
    const order = sampler ? sampler.order(rng) : shuffle ? rng.permutation(samples) : Uint32Array.from({ length: samples }, (_, i) => i)
    const ahead: Promise<Fields<O>>[] = []
    const mine = (time = { batches: 0, waited: 0, used: 0 })
    let next = first
    try {
      for (let batch = first; batch < length; batch++) {
        for (; next < length && next <= batch + prefetch; next++) {
          const prepared = prepare(order, epoch, next)
          prepared.catch(() => {}) // Reported when its turn comes, not before.
          ahead.push(prepared)
        }
        const asked = performance.now()
        const fields = await ahead.shift()!
        const came = performance.now()
        mine.waited += came - asked
        position = { epoch, batch: batch + 1 }
        if (!Object.keys(fields).length) continue // every sample was left out
        mine.batches++
        yield Object.fromEntries(Object.entries<Field>(fields).map(([name, { data, shape }]) => [name, tensor(data, shape)])) as Batch<O>
        mine.used += performance.now() - came
      }
      position = start
    } finally {
      await Promise.allSettled(ahead)
    }
  }

  const kind = { samples, batchSize, dropLast, shuffle, seed, sampler: sampler?.name ?? '' }
  return {
    length,
    [Symbol.asyncIterator]: iterate,
    state: () => ({ ...position, ...kind }),
    waiting: () => ({ ...time, share: time.waited / (time.waited + time.used || 1) }),
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
