import { RangeError, ShapeError, tensor, type HostRng, type HostTensor, type Tensor } from '@portolan/core'
import { gather } from './gather.ts'

/** What one field of a row holds: an integer, or numbers of a shape. */
export type Field = 'int32' | readonly number[]

/**
 * The rows that came last, in typed arrays by field, to learn from in random order.
 * @throws RangeError unless the capacity is an integer of at least 1.
 * @see Lin, "Self-Improving Reactive Agents Based on Reinforcement Learning, Planning and Teaching", 1992.
 * @example
 * const buffer = new ReplayBuffer(10_000, { observation: [4], action: 'int32', reward: [] })
 * buffer.add({ observation, action: 1, reward: 0.5 })
 * const batch = buffer.sample(128, rng) // batch.observation: [128, 4]
 */
export class ReplayBuffer<F extends string> {
  readonly capacity: number
  /** How many rows it holds. */
  size = 0
  /** Where the next one goes. */
  #at = 0
  readonly #fields: readonly {
    readonly name: F
    readonly shape: readonly number[]
    readonly width: number
    readonly data: Float32Array | Int32Array
  }[]

  constructor(capacity: number, fields: Readonly<Record<F, Field>>) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`ReplayBuffer: capacity must be an integer of at least 1, got ${capacity}.`)
    this.capacity = capacity
    this.#fields = Object.entries<Field>(fields).map(([name, field]) => {
      const shape = field === 'int32' ? [] : field
      const width = shape.reduce((a, b) => a * b, 1)
      return { name: name as F, shape, width, data: field === 'int32' ? new Int32Array(capacity) : new Float32Array(capacity * width) }
    })
  }

  /** Adds a row; when it is full, the oldest goes. @throws ShapeError if a field has another size. */
  add(row: Readonly<Record<F, number | ArrayLike<number>>>): void {
    for (const { name, width, data } of this.#fields) {
      const given = row[name]
      if (typeof given === 'number' ? width !== 1 : given.length !== width)
        throw new ShapeError(`ReplayBuffer.add: ${name} must have ${width} numbers, got ${typeof given === 'number' ? 1 : given.length}.`)
      if (typeof given === 'number') data[this.#at] = given
      else data.set(given, this.#at * width)
    }
    this.#at = (this.#at + 1) % this.capacity
    this.size = Math.min(this.size + 1, this.capacity)
  }

  /** n rows, each as likely; one may come twice. @throws RangeError if it holds none. */
  sample(n: number, rng: HostRng): Record<F, Tensor> {
    if (!this.size) throw new RangeError('ReplayBuffer.sample: there must be a row to sample, got none. Add some first.')
    const rows = new Uint32Array(n)
    for (let i = 0; i < n; i++) rows[i] = rng.integer(this.size)
    const picked = this.#fields.map(({ name, shape, width, data }) => [name, tensor(gather(data, width, rows), [n, ...shape])] as const)
    return Object.fromEntries(picked) as Record<F, Tensor>
  }

  /** What it holds, for a file. */
  state(): Record<string, HostTensor> {
    const held = this.#fields.map(({ name, shape, width, data }): [string, HostTensor] => [
      name,
      { dtype: data instanceof Int32Array ? 'int32' : 'float32', shape: [this.size, ...shape], data: data.subarray(0, this.size * width) },
    ])
    return { ...Object.fromEntries(held), '@at': { dtype: 'int32', shape: [], data: Int32Array.of(this.#at) } }
  }

  /** Goes on from there, exactly. @throws ShapeError if it is the state of another buffer; nothing has changed then. */
  restore(state: Readonly<Record<string, HostTensor>>): void {
    const size = state[this.#fields[0]!.name]?.shape[0] ?? 0
    for (const { name, width } of this.#fields) {
      const given = state[name]?.data.length
      if (size > this.capacity || given !== size * width || !state['@at'])
        throw new ShapeError(
          `ReplayBuffer.restore: ${name} must hold ${width} numbers of each of at most ${this.capacity} rows, got ${given ?? 'none'} of ${size}. It is the state of another buffer.`,
        )
    }
    for (const { name, data } of this.#fields) data.set(state[name]!.data)
    this.size = size
    this.#at = state['@at']!.data[0]!
  }
}
