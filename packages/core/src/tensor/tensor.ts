import type { Attrs, OpName } from '../ops/index.ts'
import type { Value } from '../graph/graph.ts'
import { PortolanError, ShapeError, TraceError, userLine } from '../errors.ts'
import { context, opTable, record } from './context.ts'
import { Fluent, type TensorLike } from './fluent.ts'
import { HostStorage, Storage } from './storage.ts'
import {
  allocate,
  axisOf,
  checkNumber,
  checkShape,
  dtypeOf,
  size,
  toTypedArray,
  type DType,
  type Shape,
  type Spec,
  type TypedArray,
} from './spec.ts'

/**
 * An immutable array. Its place is a `Storage` when the numbers exist, a `Value` when they will exist once a graph runs.
 * Identity is for autodiff: two tensors may stand on one place and still be told apart.
 */
export class Tensor extends Fluent implements Spec {
  readonly shape: Shape
  readonly dtype: DType
  /** @internal */
  readonly place: Storage | Value

  /** @internal */
  constructor(spec: Spec, place: Storage | Value) {
    super()
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.place = place
  }

  /** The tensor itself. */
  protected get self(): Tensor {
    return this
  }
  /** A tensor of one number, of this dtype. */
  protected fill(value: number, shape: Shape): Tensor {
    return full(shape, value, this.dtype)
  }
  /** int32 [0, 1, …, length − 1] */
  protected iota(length: number): Tensor {
    return iota(length)
  }
  /** A number as a tensor of shape []. */
  protected scalar(x: TensorLike, dtype: DType): Tensor {
    return typeof x === 'number' ? full([], x, dtype) : x
  }

  override ops<K extends OpName>(name: K, others: readonly unknown[], attrs: Attrs<K>): Tensor[] {
    return apply(name, [this, ...(others as TensorLike[]).map(x => this.scalar(x, this.dtype))], attrs)
  }

  /** Same place, nothing recorded: to every tape a new tensor. */
  alias(): Tensor {
    return new Tensor(this, this.place)
  }

  /**
   * The same numbers, through which no gradient flows. A trace writes it down, so that it holds too where a gradient is taken of
   * what was traced: of a loop's body, or of a checkpoint.
   */
  detach(): Tensor {
    return context().interpreter.traces ? apply('stopGradient', [this], {})[0]! : this.alias()
  }

  /** @internal The storage of a tensor that has one. */
  get storage(): Storage {
    if (this.place instanceof Storage) return this.place
    const line = userLine(new Error().stack)
    throw new TraceError(
      `Tensor: the numbers of one that is traced, of shape [${this.shape}], do not exist until the step runs. Return it from the step, or choose with where() instead of if.\n    ${line}`,
    )
  }

  /** The numbers, row-major. */
  data(): Promise<TypedArray> {
    return this.storage.read()
  }
  /** The numbers at once; not on every device. */
  dataSync(): TypedArray {
    return this.storage.readSync()
  }
  /** The only number of a tensor of size 1. */
  async item(): Promise<number> {
    this.#single()
    return (await this.data())[0]!
  }
  /**
   * The only number of a tensor, where it can be had at once.
   * @throws ShapeError for another size; PortolanError where the device must be waited for: `await item()`.
   */
  itemSync(): number {
    this.#single()
    return this.dataSync()[0]!
  }
  #single(): void {
    if (size(this.shape) !== 1)
      throw new ShapeError(`item: needs a tensor of one number, got [${this.shape}]. Take .data() for all of them`)
  }

  /** The numbers as nested arrays. */
  async array(): Promise<NestedNumbers> {
    const data = await this.data()
    const nest = (axis: number, from: number): NestedNumbers => {
      if (axis === this.shape.length) return data[from]!
      const step = size(this.shape.slice(axis + 1))
      return Array.from({ length: this.shape[axis]! }, (_, i) => nest(axis + 1, from + i * step))
    }
    return nest(0, 0)
  }

  override toString(): string {
    return `Tensor ${this.dtype} [${this.shape}]`
  }
}

/** Applies an op: rule, value, record. The only place where anything happens. */
export function apply<K extends OpName>(name: K, x: readonly Tensor[], attrs: Attrs<K>): Tensor[] {
  const { infer, vjp } = opTable()[name]
  const inputs = x as Tensor[]
  let specs: Spec[]
  try {
    specs = [infer(inputs, attrs)].flat()
    for (const { shape } of specs) checkShape(shape)
  } catch (error) {
    if (error instanceof PortolanError) error.message = `${name}: ${error.message}\n    ${userLine(error.stack)}`
    throw error
  }
  const places = context().interpreter.evaluate(name, x, attrs, specs)
  const outputs = specs.map((spec, i) => new Tensor(spec, places[i]!))
  if (vjp) record({ inputs: x, outputs, vjp: gs => vjp({ x: inputs, y: outputs[0]!, ys: outputs, g: gs[0]!, gs, attrs }) })
  return outputs
}

/** Numbers in nested arrays, as deep as the tensor has axes. */
export type NestedNumbers = number | readonly NestedNumbers[]

function flatten(data: NestedNumbers): { numbers: number[]; shape: number[] } {
  if (typeof data === 'number') return { numbers: [data], shape: [] }
  const parts = data.map(flatten)
  const [first] = parts
  if (parts.some(p => String(p.shape) !== String(first!.shape)))
    throw new ShapeError(`tensor: rows must have one shape, got ${parts.map(p => `[${p.shape}]`).join(' and ')}. Pad the shorter ones.`)
  return { numbers: parts.flatMap(p => p.numbers), shape: [data.length, ...(first?.shape ?? [])] }
}

/**
 * A tensor of these numbers: nested arrays, or a flat or typed array with its shape.
 * The dtype is float32 unless it is given or a typed array says otherwise (Int32Array: int32, Uint8Array: uint8).
 * @throws ShapeError if the numbers do not fill the shape; RangeError for a number that the dtype does not hold, such as 1.5 in int32.
 * @example
 * tensor([[1, 2], [3, 4]])                     // float32 [2, 2]
 * tensor(new Int32Array(6), [2, 3])            // int32 [2, 3]
 */
export function tensor(
  data: NestedNumbers | TypedArray,
  shape?: Shape,
  dtype: DType = typeof data === 'number' ? 'float32' : dtypeOf(data as ArrayLike<number>),
): Tensor {
  const flat = ArrayBuffer.isView(data) ? { numbers: data as TypedArray, shape: [(data as TypedArray).length] } : flatten(data)
  const spec = { shape: [...(shape ?? flat.shape)], dtype }
  checkShape(spec.shape)
  if (size(spec.shape) !== flat.numbers.length)
    throw new ShapeError(
      `tensor: [${spec.shape}] takes ${size(spec.shape)} numbers, got ${flat.numbers.length}. Leave the shape out, or name one that fits.`,
    )
  return new Tensor(spec, new HostStorage(toTypedArray(flat.numbers, dtype)))
}

/** A concrete tensor even inside a trace: what a variable starts from. `fill` is a number, or gives the number at a flat position. */
export function concrete(shape: Shape, fill: number | ((i: number) => number) = 0, dtype: DType = 'float32'): Tensor {
  checkShape(shape)
  const data = allocate(dtype, size(shape))
  if (typeof fill === 'number') data.fill(fill)
  else for (let i = 0; i < data.length; i++) data[i] = fill(i)
  return new Tensor({ shape: [...shape], dtype }, new HostStorage(data))
}

/** A tensor of one number, repeated. @throws RangeError for a number that the dtype does not hold. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  checkNumber('full', value, dtype)
  return apply('full', [], { shape: [...shape], value, dtype })[0]!
}
/** A tensor of zeros. */
export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => full(shape, 0, dtype)
/** A tensor of ones. */
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => full(shape, 1, dtype)
/** 0, 1, …, length − 1. */
export const iota = (length: number, dtype: DType = 'int32'): Tensor => apply('iota', [], { length, dtype })[0]!

/** Joins tensors along an axis that is there already. */
export function concat(xs: readonly Tensor[], axis = 0): Tensor {
  if (!xs.length) throw new ShapeError('concat: at least one tensor is needed, got none')
  return apply('concat', xs, { axis: axisOf(xs[0]!.shape.length, axis) })[0]!
}

/** Joins tensors of one shape along a new axis. n tensors [...] → [n, ...] */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  if (!xs.length) throw new ShapeError('stack: at least one tensor is needed, got none')
  const at = axisOf(xs[0]!.shape.length + 1, axis)
  return concat(
    xs.map(x => x.reshape(x.shape.toSpliced(at, 0, 1))),
    at,
  )
}
