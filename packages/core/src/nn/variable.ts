import { DTypeError, ShapeError } from '../errors.ts'
import { context } from '../tensor/context.ts'
import { sameShape, type DType, type Shape, type Spec } from '../tensor/spec.ts'
import { Tensor } from '../tensor/tensor.ts'

/**
 * A mutable slot for a tensor. Outside a trace it holds the latest concrete value; inside one, reading it makes it
 * a state input of the program and setting it a state output. All state of a run stands in variables.
 */
export abstract class Variable implements Spec {
  readonly shape: Shape
  readonly dtype: DType
  #latest: Tensor

  constructor(initial: Tensor) {
    this.shape = initial.shape
    this.dtype = initial.dtype
    initial.storage.owners++
    this.#latest = initial.alias()
  }

  /** What it holds now. */
  get value(): Tensor {
    return context().interpreter.read(this)
  }
  /** @throws ShapeError, DTypeError if the new value has another shape or dtype. */
  set value(next: Tensor) {
    if (!sameShape(next.shape, this.shape))
      throw new ShapeError(`${this.constructor.name}: a variable keeps its shape [${this.shape}], got [${next.shape}]`)
    if (next.dtype !== this.dtype)
      throw new DTypeError(`${this.constructor.name}: a variable keeps its dtype ${this.dtype}, got ${next.dtype}`)
    context().interpreter.write(this, next.detach())
  }

  /** @internal The latest concrete value, whoever computed it. */
  get latest(): Tensor {
    return this.#latest
  }
  set latest(next: Tensor) {
    next.storage.owners++
    this.#latest.storage.owners--
    this.#latest = next
  }
}

/** What training changes: weights and biases. */
export class Param extends Variable {
  readonly #trainable = new Setting(true)
  /** Optimizers leave it alone when this is false; compiled steps follow a change. */
  get trainable(): boolean {
    return this.#trainable.value
  }
  set trainable(on: boolean) {
    this.#trainable.value = on
  }
}
/** What a layer keeps beside its weights: running statistics. */
export class Buffer extends Variable {}
/** What an optimizer keeps. */
export class Slot extends Variable {}
/** The state of a random stream: int32 [key's low word, key's high word, draw]. */
export class RngState extends Variable {}

/** A plain value that programs are specialized to: change it and the next run traces anew. */
export class Setting<T> {
  /** @internal */
  plain: T
  constructor(value: T) {
    this.plain = value
  }
  get value(): T {
    context().interpreter.depend(this)
    return this.plain
  }
  set value(next: T) {
    this.plain = next
  }
}
