import { RangeError, ShapeError, tensor, type HostRng, type HostTensor, type Tensor } from '@portolan/core'

/** Steps that were made, one row for each. */
export interface Experiences {
  /** [n, observation] */
  readonly observation: Tensor
  /** int32 [n] of a discrete space, else float32 [n, action] */
  readonly action: Tensor
  /** [n] */
  readonly reward: Tensor
  /** [n, observation] */
  readonly next: Tensor
  /** 1 where the task ended, so that nothing is worth anything from there on. [n] */
  readonly terminated: Tensor
}
export interface ReplayBufferOptions {
  /** How many steps are kept; then the oldest go. */
  readonly capacity: number
  /** How many numbers an observation has. */
  readonly observation: number
  /** How many numbers an action has; without, it is one integer. */
  readonly action?: number
}

/**
 * The steps made last, in typed arrays, to learn from in random order.
 * @throws RangeError unless the capacity is an integer of at least 1.
 * @see Lin, "Self-Improving Reactive Agents Based on Reinforcement Learning, Planning and Teaching", 1992.
 * @example
 * const buffer = new ReplayBuffer({ capacity: 10_000, observation: 4 })
 * buffer.add(observation, 1, reward, next, terminated)
 * const { reward } = buffer.sample(128, rng) // [128]
 */
export class ReplayBuffer {
  readonly capacity: number
  /** How many steps it holds. */
  size = 0
  /** Where the next one goes. */
  #at = 0
  readonly #width: { readonly observation: number; readonly action: number | undefined }
  readonly #observation: Float32Array
  readonly #next: Float32Array
  readonly #action: Float32Array | Int32Array
  readonly #reward: Float32Array
  readonly #terminated: Float32Array

  constructor({ capacity, observation, action }: ReplayBufferOptions) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`ReplayBuffer: capacity must be an integer of at least 1, got ${capacity}.`)
    this.capacity = capacity
    this.#width = { observation, action }
    this.#observation = new Float32Array(capacity * observation)
    this.#next = new Float32Array(capacity * observation)
    this.#action = action === undefined ? new Int32Array(capacity) : new Float32Array(capacity * action)
    this.#reward = new Float32Array(capacity)
    this.#terminated = new Float32Array(capacity)
  }

  add(observation: Float32Array, action: number | Float32Array, reward: number, next: Float32Array, terminated: boolean): void {
    const { observation: seen, action: acted = 1 } = this.#width
    if (observation.length !== seen || next.length !== seen)
      throw new ShapeError(`ReplayBuffer.add: observations must have ${seen} numbers, got ${observation.length} and ${next.length}.`)
    this.#observation.set(observation, this.#at * seen)
    this.#next.set(next, this.#at * seen)
    if (typeof action === 'number') this.#action[this.#at] = action
    else this.#action.set(action, this.#at * acted)
    this.#reward[this.#at] = reward
    this.#terminated[this.#at] = Number(terminated)
    this.#at = (this.#at + 1) % this.capacity
    this.size = Math.min(this.size + 1, this.capacity)
  }

  /** n steps, each as likely; one may come twice. @throws RangeError if it holds none. */
  sample(n: number, rng: HostRng): Experiences {
    if (!this.size) throw new RangeError('ReplayBuffer.sample: there must be a step to sample, got none. Add some first.')
    const { observation: seen, action: acted } = this.#width
    const from = Uint32Array.from({ length: n }, () => rng.integer(this.size))
    const floats = (data: Float32Array, width: number): Float32Array => gather(data, from, width, new Float32Array(n * width))
    const action =
      this.#action instanceof Int32Array
        ? tensor(gather(this.#action, from, 1, new Int32Array(n)))
        : tensor(floats(this.#action, acted!), [n, acted!])
    return {
      observation: tensor(floats(this.#observation, seen), [n, seen]),
      action,
      reward: tensor(floats(this.#reward, 1)),
      next: tensor(floats(this.#next, seen), [n, seen]),
      terminated: tensor(floats(this.#terminated, 1)),
    }
  }

  /** What it holds, for a file. */
  state(): Record<string, HostTensor> {
    const floats = (data: Float32Array): HostTensor => {
      const width = data.length / this.capacity
      return { dtype: 'float32', shape: [this.size, width], data: data.subarray(0, this.size * width) }
    }
    const action = this.#action
    return {
      observation: floats(this.#observation),
      next: floats(this.#next),
      action: action instanceof Int32Array ? { dtype: 'int32', shape: [this.size], data: action.subarray(0, this.size) } : floats(action),
      reward: floats(this.#reward),
      terminated: floats(this.#terminated),
      at: { dtype: 'int32', shape: [], data: Int32Array.of(this.#at) },
    }
  }

  /** Goes on from there, exactly. @throws ShapeError if it holds more than fits, or something else. */
  restore(state: Readonly<Record<string, HostTensor>>): void {
    const size = state['reward']?.data.length ?? 0
    const into = {
      observation: this.#observation,
      next: this.#next,
      action: this.#action,
      reward: this.#reward,
      terminated: this.#terminated,
    }
    for (const [name, data] of Object.entries(into)) {
      const given = state[name]?.data
      const expected = size * (data.length / this.capacity)
      if (size > this.capacity || given?.length !== expected)
        throw new ShapeError(
          `ReplayBuffer.restore: ${name} must hold ${expected} numbers of at most ${this.capacity} steps, got ${given?.length ?? 'none'}. It is the state of another buffer.`,
        )
    }
    for (const [name, data] of Object.entries(into)) data.set(state[name]!.data)
    this.size = size
    this.#at = state['at']!.data[0]!
  }
}

/** Rows of `data` by their numbers. */
function gather<T extends Float32Array | Int32Array>(data: T, from: Uint32Array, width: number, into: T): T {
  for (let i = 0; i < from.length; i++) for (let k = 0; k < width; k++) into[i * width + k] = data[from[i]! * width + k]!
  return into
}
