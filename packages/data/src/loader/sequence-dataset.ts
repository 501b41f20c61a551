import { HostRng, RangeError, ShapeError, type HostRngState, type TypedArray } from '@portolan/core'
import type { BatchSource, Field, Fields } from '../source/array-dataset.ts'
import { zerosLike } from '../source/zeros-like.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'
import { collate } from './collate.ts'

/** Steps of one sample: numbers `[t]`, or a field `[t, …]` such as frames of audio. */
export type Sequence = Int32Array | Float32Array | Field

/** Options of `SequenceDataset`. */
export interface SequenceOptions {
  /** What fills shorter ones up; by default 0. */
  readonly padding?: number
  /** The most steps; longer ones are an error unless `tooLong` says `cut`. By default there is no limit. */
  readonly maxLength?: number
  /** What to do with longer ones: `throw` (the default) or `cut` off their ends. */
  readonly tooLong?: 'throw' | 'cut'
  /** Batches are filled up to a multiple of it, so that few shapes occur and few programs are compiled; by default 1. */
  readonly multiple?: number
  /** Whether the sequences of a batch are filled up to one length, that of the longest of all, as a text and its translation: still fewer shapes; by default false. */
  readonly joint?: boolean
}

const fieldOf = (sequence: Sequence): Field => ('shape' in sequence ? sequence : { data: sequence, shape: [sequence.length] })

/**
 * Sequences of different lengths: each batch is filled up to its longest.
 *
 * sequences: name → one `[t, …]` a sample; a batch has them as `[n, longest, …]` and, beside each, `nameLength` int32 `[n]`.
 * others: fields with a row a sample, as in `ArrayDataset`.
 *
 * @throws ShapeError when there are not as many of each; RangeError when an option is out of its range or a sequence too long.
 *
 * @example
 * const reviews = new SequenceDataset({ ids: texts.map(encode) }, { label: { data: labels, shape: [labels.length] } }, { multiple: 8 })
 * const batches = loader(reviews, { batchSize: 64, sampler: byLength(reviews.lengths('ids'), { batchSize: 64 }) })
 * for await (const { ids, idsLength, label } of batches) console.log(ids.shape) // [64, 24]
 */
export class SequenceDataset<S extends string, K extends string = never> implements BatchSource<S | `${S}Length` | K> {
  readonly length: number
  readonly #sequences: readonly (readonly [name: S, all: readonly Field[]])[]
  readonly #others: Fields<K>
  readonly #options: SequenceOptions

  constructor(sequences: { readonly [name in S]: readonly Sequence[] }, others = {} as Fields<K>, options: SequenceOptions = {}) {
    const { maxLength = Infinity, tooLong = 'throw', multiple = 1 } = options
    if (!Number.isInteger(multiple) || multiple < 1)
      throw new RangeError(`SequenceDataset: multiple must be a whole number of at least 1, got ${multiple}.`)
    if (!(maxLength >= 1)) throw new RangeError(`SequenceDataset: maxLength must be at least 1, got ${maxLength}.`)
    this.#sequences = (Object.entries(sequences) as [S, readonly Sequence[]][]).map(([name, all]) => [name, all.map(fieldOf)])
    this.#others = others
    this.#options = options
    const [first] = this.#sequences
    if (!first) throw new ShapeError('SequenceDataset: at least one field of sequences is needed, got {}.')
    this.length = first[1].length
    const counts = [
      ...this.#sequences.map(([name, all]) => [name, all.length] as const),
      ...Object.entries<Field>(others).map(([name, f]) => [name, f.shape[0]] as const),
    ]
    for (const [name, count] of counts) {
      if (count !== this.length)
        throw new ShapeError(`SequenceDataset: all fields must have as many samples; ${first[0]} has ${this.length}, ${name} has ${count}.`)
    }
    for (const [name, all] of this.#sequences) {
      const rest = String(all[0]?.shape.slice(1))
      all.forEach(({ shape }, i) => {
        if (String(shape.slice(1)) !== rest)
          throw new ShapeError(
            `SequenceDataset: steps must be alike; ${name} of sample 0 is [${all[0]!.shape}], of sample ${i} [${shape}].`,
          )
        if (shape[0]! > maxLength && tooLong === 'throw')
          throw new RangeError(
            `SequenceDataset: ${name} of sample ${i} has ${shape[0]} steps, maxLength allows ${maxLength}. Raise it, or cut what is beyond: tooLong: 'cut'.`,
          )
      })
    }
  }

  /** How long each sample's sequence of this name is, cut off where that is asked for. @throws RangeError when there is none. */
  lengths(name: S): Int32Array {
    const found = this.#sequences.find(([n]) => n === name)
    if (!found)
      throw new RangeError(`SequenceDataset: there are no sequences '${name}', only ${this.#sequences.map(([n]) => n).join(', ')}.`)
    return Int32Array.from(found[1], ({ shape }) => Math.min(shape[0]!, this.#options.maxLength ?? Infinity))
  }

  /** One sample, its sequences as long as they are. @throws RangeError when there is no such sample. */
  at(index: number): Fields<S | K> {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`SequenceDataset: sample ${index} does not exist, there are ${this.length}, numbered from 0.`)
    const limit = this.#options.maxLength ?? Infinity
    const rows = ({ data, shape }: Field, from: number, to: number): TypedArray => {
      const size = shape.slice(1).reduce((a, b) => a * b, 1)
      return data.subarray(from * size, to * size)
    }
    const steps = this.#sequences.map(([name, all]) => {
      const field = all[index]!
      const t = Math.min(field.shape[0]!, limit)
      return [name, { data: rows(field, 0, t), shape: [t, ...field.shape.slice(1)] }] as const
    })
    const others = Object.entries<Field>(this.#others).map(
      ([name, field]) => [name, { data: rows(field, index, index + 1), shape: field.shape.slice(1) }] as const,
    )
    return Object.fromEntries([...steps, ...others]) as Fields<S | K>
  }

  gather(indices: ArrayLike<number>): Fields<S | `${S}Length` | K> {
    return this.#join(Array.from(indices, i => this.at(i)))
  }

  gatherEach(indices: ArrayLike<number>, each: SampleTransform, drawsOf: (i: number) => HostRngState): Fields<S | `${S}Length` | K> {
    return this.#join(
      Array.from(indices, (index, i) => {
        const { seed, stream, draw } = drawsOf(i)
        return each(this.at(index), new HostRng(seed, stream, draw))
      }),
    )
  }

  #join(samples: readonly Fields[]): Fields<S | `${S}Length` | K> {
    const { padding = 0, multiple = 1, joint = false } = this.#options
    const names = this.#sequences.map(([name]) => name)
    const longestOf = (all: readonly S[]): number =>
      Math.ceil(Math.max(1, ...samples.flatMap(s => all.map(name => s[name]!.shape[0]!))) / multiple) * multiple
    const longest = new Map(names.map(name => [name, longestOf(joint ? names : [name])]))
    return collate(
      samples.map(sample => {
        const filled: Record<string, Field> = { ...sample }
        for (const [name, t] of longest) {
          const { data, shape } = sample[name]!
          const all = zerosLike(data, t * shape.slice(1).reduce((a, b) => a * b, 1))
          all.fill(padding).set(data)
          filled[name] = { data: all, shape: [t, ...shape.slice(1)] }
          filled[`${name}Length`] = { data: Int32Array.of(shape[0]!), shape: [] }
        }
        return filled
      }),
    ) as Fields<S | `${S}Length` | K>
  }
}
