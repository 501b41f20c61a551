import { HostRng, RangeError, ShapeError, type HostRngState, type Shape, type TypedArray } from '@portolan/core'
import { collate } from '../loader/collate.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'
import { zerosLike } from './zeros-like.ts'

/** Numbers of one kind for each sample, row-major: `shape[0]` samples of `shape.slice(1)`. */
export interface Field {
  readonly data: TypedArray
  readonly shape: Shape
}
/** What belongs to the same samples, by name: `image`, `label`. */
export type Fields<K extends string = string> = { readonly [name in K]: Field }

/** What a loader draws from: something with a length that hands out samples by their numbers. */
export interface BatchSource<K extends string = string> {
  readonly length: number
  /** The samples of these numbers in this order, joined along a new first axis. */
  gather(indices: Uint32Array): Fields<K> | Promise<Fields<K>>
  /** The same, with each sample changed first; sample i of these draws its random numbers from `drawsOf(i)`. Samples may be left out; without any, there are no fields. */
  gatherEach?(indices: Uint32Array, each: SampleTransform, drawsOf: (i: number) => HostRngState): Fields<K> | Promise<Fields<K>>
  /** How many batches a loader should prepare ahead unless it is told; by default 0. */
  readonly prefetch?: number
}

/** A stream of its own, so that a split, a loader and a model of one seed draw from different numbers. */
const SPLIT_STREAM = 0x73706c74

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)
const rows = ({ data, shape }: Field, start: number, end: number): TypedArray =>
  data.subarray(start * size(shape.slice(1)), end * size(shape.slice(1)))

/**
 * Samples in memory: named typed arrays whose first axes are of one length.
 *
 * Nothing is copied here; `slice` and `take` share the memory of the whole, `subset`, `gather` and `split` copy.
 *
 * @throws ShapeError when there is no field, a field's numbers don't fill its shape, or the first axes differ.
 *
 * @example
 * const points = new ArrayDataset({ x: { data: new Float32Array([0, 1, 2, 3]), shape: [2, 2] }, label: { data: new Int32Array([0, 1]), shape: [2] } })
 * const [train, test] = points.split(0.5, 7)
 */
export class ArrayDataset<K extends string = string> implements BatchSource<K> {
  readonly fields: Fields<K>
  readonly length: number

  constructor(fields: Fields<K>) {
    const entries = Object.entries<Field>(fields)
    if (!entries.length) throw new ShapeError('ArrayDataset: at least one field is needed, got {}. Name one: { x: { data, shape } }.')
    const [first, { shape }] = entries[0]!
    this.length = shape[0] ?? 0
    for (const [name, { data, shape }] of entries) {
      if (!shape.length || size(shape) !== data.length)
        throw new ShapeError(
          `ArrayDataset: field ${name} has ${data.length} numbers, its shape [${shape}] needs ${shape.length ? size(shape) : 'a first axis of samples'}.`,
        )
      if (shape[0] !== this.length)
        throw new ShapeError(
          `ArrayDataset: all fields must have as many samples; ${first} has ${this.length}, ${name} [${shape}] has ${shape[0]}.`,
        )
    }
    this.fields = fields
  }

  /** One sample, without its first axis; it shares the memory of the whole. @throws RangeError when there is no such sample. */
  at(index: number): Fields<K> {
    this.#check('at', index)
    return this.#map(field => ({ data: rows(field, index, index + 1), shape: field.shape.slice(1) }))
  }

  gather(indices: ArrayLike<number>): Fields<K> {
    const order = Array.from(indices)
    for (const index of order) this.#check('gather', index)
    return this.#map(field => {
      const width = size(field.shape.slice(1))
      const data = zerosLike(field.data, order.length * width)
      order.forEach((index, i) => data.set(rows(field, index, index + 1), i * width))
      return { data, shape: [order.length, ...field.shape.slice(1)] }
    })
  }

  gatherEach(indices: ArrayLike<number>, each: SampleTransform, drawsOf: (i: number) => HostRngState): Fields<K> {
    const boxes = (this.fields as Fields).boxes?.shape[1]
    const samples = Array.from(indices, (index, i) => {
      const { seed, stream, draw } = drawsOf(i)
      return each(this.at(index), new HostRng(seed, stream, draw)) as Fields<K>
    })
    return collate(samples, { maxBoxes: boxes, nameOf: i => `sample ${indices[i]}` })
  }

  /** The samples from `start` up to, but not with, `end`; negative numbers count from the end, as in `Array.slice`. */
  slice(start: number, end = this.length): ArrayDataset<K> {
    const clamp = (i: number): number => Math.min(this.length, Math.max(0, Math.trunc(i < 0 ? i + this.length : i)))
    const from = clamp(start)
    const to = Math.max(from, clamp(end))
    return new ArrayDataset(this.#map(field => ({ data: rows(field, from, to), shape: [to - from, ...field.shape.slice(1)] })))
  }

  /** The first `n` samples, or all if there are fewer. */
  take(n: number): ArrayDataset<K> {
    return this.slice(0, Math.max(0, n))
  }

  /** The samples of these numbers, in this order. @throws RangeError when one does not exist. */
  subset(indices: ArrayLike<number>): ArrayDataset<K> {
    return new ArrayDataset(this.gather(indices))
  }

  /**
   * Two datasets of randomly chosen samples: the first has round(fraction · length) of them, the second the others.
   *
   * `fraction`: 0 … 1; the same `seed` splits the same way. @throws RangeError when the fraction is outside.
   */
  split(fraction: number, seed: number): [ArrayDataset<K>, ArrayDataset<K>] {
    if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`ArrayDataset.split: fraction must be between 0 and 1, got ${fraction}.`)
    const order = new HostRng(seed, SPLIT_STREAM).permutation(this.length)
    const border = Math.round(fraction * this.length)
    return [this.subset(order.subarray(0, border)), this.subset(order.subarray(border))]
  }

  #map(change: (field: Field) => Field): Fields<K> {
    return Object.fromEntries(Object.entries<Field>(this.fields).map(([name, field]) => [name, change(field)])) as Fields<K>
  }

  #check(method: string, index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`ArrayDataset.${method}: sample ${index} does not exist, there are ${this.length}, numbered from 0.`)
  }
}
