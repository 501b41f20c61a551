import { availableParallelism } from 'node:os'
import { FormatError, HostRng, RangeError, type HostRngState } from '@portolan/core'
import type { DecodeOptions } from '../decode/decode-image.ts'
import type { MaskOptions } from '../decode/decode-mask.ts'
import { loadSample, type Job } from '../decode/load-sample.ts'
import { fromPlain, toPlain, type Outcome } from '../decode/messages.ts'
import { poolOf } from '../decode/worker-pool.ts'
import { collate } from '../loader/collate.ts'
import { compose, type Composed } from '../transform/compose.ts'
import { boxFields } from '../transform/move-sample.ts'
import type { Recipe, SampleTransform } from '../transform/sample-transform.ts'
import { ArrayDataset, type BatchSource, type Field, type Fields } from './array-dataset.ts'
import { concat } from './concat.ts'

/** A picture in a file, and what is known about it. */
export interface FileSample {
  readonly file: string
  /** The picture's bytes, where they are at hand: then `file` is only its name. */
  readonly bytes?: Uint8Array
  /** A file with the class of each pixel; it becomes the field `mask`. */
  readonly mask?: string
  /** Height and width that the picture must have. */
  readonly size?: readonly [height: number, width: number]
  readonly fields: Fields
}

/** Options of what reads pictures from files. */
export interface FileOptions extends DecodeOptions {
  /** Threads that decode, 0 for none but this one; by default as many as the machine runs at once. */
  readonly workers?: number
  /**
   * What to do with a file that cannot be read or decoded: `throw` (the default), `skip` it, or `replace` it by the next one that can.
   * What was skipped or replaced is listed in `corrupt`.
   */
  readonly corrupt?: 'throw' | 'skip' | 'replace'
}

/** A file that was skipped or replaced. */
export interface CorruptFile {
  readonly file: string
  /** Which sample it was. */
  readonly index: number
  readonly error: Error
}

/** Options of `FileDataset`. */
export interface FileDatasetOptions extends FileOptions {
  /** Names of the classes, by their numbers. */
  readonly classes?: readonly string[]
  readonly masks?: MaskOptions
}

const none: SampleTransform = Object.assign((sample: Fields) => sample, { recipe: [] as Recipe })
/** The most samples that are given to a thread at once. */
const CHUNK = 16
/** Samples decoded at a time where all are wanted. */
const BLOCK = 2048

/**
 * Samples whose pictures are files: decoded when their batch is due, in worker threads, so many batches ahead as the loader says.
 *
 * With pictures of several sizes, `each` of the loader must bring them to one.
 *
 * @throws RangeError when an option is out of its range.
 */
export class FileDataset<K extends string = string> implements BatchSource<K> {
  readonly samples: readonly FileSample[]
  readonly classes: readonly string[]
  /** The most boxes that a sample has: batches are filled up to it. */
  readonly maxBoxes: number
  readonly prefetch = 2
  readonly #options: FileDatasetOptions
  readonly #workers: number
  readonly #corrupt = new Map<number, CorruptFile>()

  constructor(samples: readonly FileSample[], options: FileDatasetOptions = {}) {
    const { workers = availableParallelism(), corrupt = 'throw', classes = [] } = options
    if (!Number.isInteger(workers) || workers < 0 || workers > 256)
      throw new RangeError(`FileDataset: workers must be a whole number from 0 to 256, got ${workers}.`)
    if (!['throw', 'skip', 'replace'].includes(corrupt))
      throw new RangeError(`FileDataset: corrupt must be 'throw', 'skip' or 'replace', got '${corrupt}'.`)
    this.samples = samples
    this.classes = classes
    this.maxBoxes = samples.reduce((most, { fields }) => Math.max(most, fields.boxes?.shape[0] ?? 0), 0)
    this.#options = options
    this.#workers = workers
  }

  /** How many samples there are. */
  get length(): number {
    return this.samples.length
  }

  /** The class of each sample. @throws RangeError when they have none. */
  get labels(): Int32Array {
    return Int32Array.from(this.samples, ({ file, fields }) => {
      const label = fields.label?.data[0]
      if (label === undefined) throw new RangeError(`FileDataset.labels: ${file} has no label.`)
      return label
    })
  }

  /** Files skipped or replaced so far. */
  get corrupt(): readonly CorruptFile[] {
    return [...this.#corrupt.values()]
  }

  /** One sample, decoded here. @throws RangeError when there is none; FormatError when it is corrupt, whatever the policy. */
  async at(index: number): Promise<Fields<K>> {
    this.#check(index)
    const { sample } = await loadSample(this.samples[index]!, this.#sampleOptions(), undefined, false)
    return Object.fromEntries(Object.entries<Field>(sample).map(([name, { data, shape }]) => [name, { data, shape }])) as Fields<K>
  }

  gather(indices: ArrayLike<number>): Promise<Fields<K>> {
    return this.gatherEach(indices, none, () => ({ seed: 0, stream: 0, draw: 0 }))
  }

  async gatherEach(indices: ArrayLike<number>, each: SampleTransform, drawsOf: (i: number) => HostRngState): Promise<Fields<K>> {
    const wanted = Array.from(indices)
    for (const index of wanted) this.#check(index)
    const found = await this.#load(wanted, each, drawsOf)
    const good: { sample: Fields; index: number }[] = []
    for (const [i, outcome] of found.entries()) {
      const one =
        'sample' in outcome ? { sample: outcome.sample, index: wanted[i]! } : await this.#instead(wanted[i]!, outcome, each, drawsOf(i))
      if (one) good.push(one)
    }
    if (!good.length) return {} as Fields<K>
    return collate(
      good.map(g => g.sample as Fields<K>),
      { maxBoxes: this.maxBoxes, nameOf: i => this.samples[good[i]!.index]!.file },
    )
  }

  /** The samples of these numbers, in this order; no file is read. @throws RangeError when one does not exist. */
  subset(indices: ArrayLike<number>): FileDataset<K> {
    return new FileDataset(
      Array.from(indices, i => (this.#check(i), this.samples[i]!)),
      this.#options,
    )
  }

  /** The first `n` samples, or all if there are fewer. */
  take(n: number): FileDataset<K> {
    return new FileDataset(this.samples.slice(0, Math.max(0, n)), this.#options)
  }

  /** All of it decoded, in memory: worth it when it is gone through often and fits. `each` must need no random numbers. */
  async inMemory(each: SampleTransform = none): Promise<ArrayDataset<K>> {
    const parts: ArrayDataset<K>[] = []
    for (let first = 0; first < this.length; first += BLOCK) {
      const indices = Uint32Array.from({ length: Math.min(BLOCK, this.length - first) }, (_, i) => first + i)
      const fields = await this.gatherEach(indices, each, i => ({ seed: 0, stream: 0, draw: (first + i) * 2 ** 20 }))
      if (Object.keys(fields).length) parts.push(new ArrayDataset(fields))
    }
    return concat(parts)
  }

  /** Decodes; parts of the transform that have a recipe run in the threads, what comes after them here. */
  async #load(indices: readonly number[], each: SampleTransform, drawsOf: (i: number) => HostRngState): Promise<Outcome[]> {
    const parts = 'parts' in each ? (each as Composed).parts : [each]
    const own = this.#workers ? parts.findIndex(part => !part.recipe) : 0
    const there = own < 0 ? parts : parts.slice(0, own)
    const here = own < 0 ? [] : parts.slice(own)
    const recipe = there.flatMap(part => part.recipe!)
    const jobs = indices.map((index, i) => this.#jobOf(index, drawsOf(i)))
    const outcomes = this.#workers ? await this.#ask(jobs, recipe) : await this.#decodeHere(jobs)
    const rest = here.length ? compose(...here) : undefined
    return outcomes.map((outcome, i) => {
      if (!('sample' in outcome)) return outcome
      const sample: Fields = { ...this.samples[indices[i]!]!.fields, ...outcome.sample }
      if (!rest) return { ...outcome, sample }
      const { seed, stream } = drawsOf(i)
      return { ...outcome, sample: rest(sample, new HostRng(seed, stream, outcome.draw)) }
    })
  }

  async #ask(jobs: readonly Job[], recipe: Recipe): Promise<Outcome[]> {
    const chunk = Math.max(1, Math.min(CHUNK, Math.ceil(jobs.length / (2 * this.#workers))))
    const orders: Promise<readonly Outcome[]>[] = []
    for (let i = 0; i < jobs.length; i += chunk)
      orders.push(poolOf(this.#workers).run(jobs.slice(i, i + chunk), this.#sampleOptions(), recipe))
    return (await Promise.all(orders)).flat()
  }

  async #decodeHere(jobs: readonly Job[]): Promise<Outcome[]> {
    const all: Outcome[] = []
    for (const job of jobs)
      all.push(await loadSample(job, this.#sampleOptions(), undefined, false).catch((error: unknown) => ({ error: toPlain(error) })))
    return all
  }

  /** What to take for a sample that could not be loaded; undefined for nothing. */
  async #instead(
    index: number,
    { error }: Extract<Outcome, { error: unknown }>,
    each: SampleTransform,
    draws: HostRngState,
  ): Promise<{ sample: Fields; index: number } | undefined> {
    const cause = fromPlain(error)
    const policy = this.#options.corrupt ?? 'throw'
    // What a transform refuses is the program's fault, not the file's.
    if (policy === 'throw' || !(cause instanceof FormatError)) throw cause
    this.#list(index, cause)
    if (policy === 'skip') return undefined
    for (let next = (index + 1) % this.length; next !== index; next = (next + 1) % this.length) {
      const [outcome] = await this.#load([next], each, () => draws)
      if ('sample' in outcome!) return { sample: outcome.sample, index: next }
      const other = fromPlain(outcome!.error)
      if (!(other instanceof FormatError)) throw other
      this.#list(next, other)
    }
    throw new FormatError(`${this.samples[index]!.file}: there is no picture to replace it by, all ${this.length} are corrupt.`, { cause })
  }

  #list(index: number, error: Error): void {
    if (!this.#corrupt.has(index)) this.#corrupt.set(index, { file: this.samples[index]!.file, index, error })
  }

  #jobOf(index: number, draws: HostRngState): Job {
    const { fields, ...sample } = this.samples[index]!
    const moving = Object.entries<Field>(fields).filter(([name]) => name === 'boxes' || (boxFields as readonly string[]).includes(name))
    return { ...sample, fields: Object.fromEntries(moving), draws }
  }

  #sampleOptions() {
    const { channels, maxPixels, orient, masks } = this.#options
    return {
      ...(channels && { channels }),
      ...(maxPixels && { maxPixels }),
      ...(orient !== undefined && { orient }),
      ...(masks && { mask: masks }),
    }
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`FileDataset: sample ${index} does not exist, there are ${this.length}, numbered from 0.`)
  }
}
