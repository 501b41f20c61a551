import type { Arity, Attrs, OpName } from '../ops/index.ts'
import type { Inputs } from '../ops/op.ts'
import { axesOf, axisOf, fillShape, range, sameShape, size, type DType, type Shape } from './spec.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Tensor } from './tensor.ts'

/** A tensor, or a number that becomes a scalar of the same dtype. */
export type TensorLike = Tensor | number
type Others<K extends OpName> = Inputs<TensorLike, Arity<K>> extends [unknown, ...infer R] ? R : TensorLike[]

/** The methods of a tensor: short names for ops. Knows ops only by name, so the ops may be written in these methods. */
export abstract class Fluent {
  abstract readonly shape: Shape
  abstract readonly dtype: DType

  /** Applies an op with several outputs to this tensor and others. */
  abstract ops<K extends OpName>(name: K, others: Others<K>, attrs: Attrs<K>): Tensor[]

  /** Applies an op to this tensor and others; its first output. */
  op<K extends OpName>(name: K, others: Others<K>, attrs: Attrs<K>): Tensor {
    return this.ops(name, others, attrs)[0]!
  }

  add(b: TensorLike) { return this.op('add', [b], {}) }
  sub(b: TensorLike) { return this.op('sub', [b], {}) }
  mul(b: TensorLike) { return this.op('mul', [b], {}) }
  div(b: TensorLike) { return this.op('div', [b], {}) }
  pow(b: TensorLike) { return this.op('pow', [b], {}) }
  maximum(b: TensorLike) { return this.op('maximum', [b], {}) }
  minimum(b: TensorLike) { return this.op('minimum', [b], {}) }
  equal(b: TensorLike) { return this.op('equal', [b], {}) }
  greater(b: TensorLike) { return this.op('greater', [b], {}) }
  less(b: TensorLike) { return this.op('less', [b], {}) }
  /** 1 where it holds, 0 elsewhere, as bool. */
  greaterEqual(b: TensorLike) { return this.less(b).not() }
  lessEqual(b: TensorLike) { return this.greater(b).not() }
  notEqual(b: TensorLike) { return this.equal(b).not() }
  /** The opposite of a bool tensor. */
  not() {
    if (this.dtype !== 'bool') throw new DTypeError(`not: needs bool, got ${this.dtype}. Compare first: x.greater(0)`)
    return this.op('equal', [this.fill(0, [])], {})
  }
  /** Limits every number to low … high. */
  clip(low: number, high: number) { return this.maximum(low).minimum(high) }
  square() { return this.mul(this.self) }
  abs() { return this.op('abs', [], {}) }
  sign() { return this.op('sign', [], {}) }
  neg() { return this.op('neg', [], {}) }
  exp() { return this.op('exp', [], {}) }
  log() { return this.op('log', [], {}) }
  sqrt() { return this.op('sqrt', [], {}) }
  sin() { return this.op('sin', [], {}) }
  cos() { return this.op('cos', [], {}) }
  erf() { return this.op('erf', [], {}) }
  tanh() { return this.op('tanh', [], {}) }
  sigmoid() { return this.op('sigmoid', [], {}) }
  relu() { return this.op('relu', [], {}) }
  cast(dtype: DType) { return dtype === this.dtype ? this.self : this.op('cast', [], { dtype }) }

  /** This bool tensor chooses: `yes` where it holds, `no` elsewhere. A number takes the dtype of the other branch. */
  where(yes: TensorLike, no: TensorLike): Tensor {
    const dtype = typeof yes === 'object' ? yes.dtype : typeof no === 'object' ? no.dtype : 'float32'
    return this.op('where', [this.scalar(yes, dtype), this.scalar(no, dtype)], {})
  }

  sum(axes?: number | number[], keepDims = false) { return this.op('sum', [], { axes: axesOf(this.shape.length, axes), keepDims }) }
  mean(axes?: number | number[], keepDims = false) { return this.op('mean', [], { axes: axesOf(this.shape.length, axes), keepDims }) }
  max(axes?: number | number[], keepDims = false) { return this.op('max', [], { axes: axesOf(this.shape.length, axes), keepDims }) }
  /** Where the largest number along an axis is: the first one. → int32, without that axis */
  argMax(axis = -1) { return this.op('argMax', [], { axis: axisOf(this.shape.length, axis) }) }
  /** Over the last axis: eˣ / Σ eˣ. */
  softmax() { return this.op('softmax', [], {}) }
  /** Over the last axis: x − log Σ eˣ. */
  logSoftmax() { return this.op('logSoftmax', [], {}) }

  /** Sums away what broadcasting stretched: the transpose of `broadcastTo`. */
  sumTo(shape: Shape): Tensor {
    if (sameShape(this.shape, shape)) return this.self
    const lead = this.shape.length - shape.length
    const axes = range(this.shape.length).filter(i => i < lead || (shape[i - lead] === 1 && this.shape[i] !== 1))
    return this.sum(axes).reshape(shape)
  }

  reshape(shape: Shape): Tensor {
    const full = fillShape(shape, size(this.shape))
    return sameShape(full, this.shape) ? this.self : this.op('reshape', [], { shape: full })
  }
  /** Joins the axes from `from` on into one. x: [n, c, h, w] → flatten(1): [n, c·h·w] */
  flatten(from = 0) { return this.reshape([...this.shape.slice(0, from), size(this.shape.slice(from))]) }
  /** Adds an axis of length 1. */
  expandDims(axis: number) { return this.reshape(this.shape.toSpliced(axisOf(this.shape.length + 1, axis), 0, 1)) }
  /** Drops an axis of length 1. */
  squeeze(axis: number) {
    const at = axisOf(this.shape.length, axis)
    if (this.shape[at] !== 1) throw new ShapeError(`squeeze: axis ${axis} of [${this.shape}] is not 1`)
    return this.reshape(this.shape.toSpliced(at, 1))
  }
  broadcastTo(shape: Shape) { return sameShape(shape, this.shape) ? this.self : this.op('broadcastTo', [], { shape: [...shape] }) }
  transpose(perm: number[] = range(this.shape.length).reverse()) { return this.op('transpose', [], { perm }) }
  /** The box from `starts` up to, not including, `ends`; one number for each axis. */
  sliceTo(starts: number[], ends: number[]) { return this.op('slice', [], { starts, ends }) }
  /** A range of one axis: from `from` up to, not including, `to`; negative numbers count from the end. */
  slice(axis: number, from: number, to: number = this.shape.at(axis) ?? 0): Tensor {
    const a = axisOf(this.shape.length, axis)
    const at = (i: number) => (i < 0 ? i + this.shape[a]! : i)
    return this.sliceTo(this.shape.map((_, i) => (i === a ? at(from) : 0)), this.shape.map((d, i) => (i === a ? at(to) : d)))
  }
  /** Equal parts along an axis. */
  split(parts: number, axis = -1): Tensor[] {
    const step = this.shape[axisOf(this.shape.length, axis)]! / parts
    if (!Number.isInteger(step)) throw new ShapeError(`split: axis ${axis} of [${this.shape}] does not divide into ${parts} parts`)
    return range(parts).map(i => this.slice(axis, i * step, (i + 1) * step))
  }
  /** Zeros around; one number for each axis. */
  pad(before: number[], after: number[]) { return this.op('pad', [], { before, after }) }
  /** Rows by their numbers. x: [rows, ...d], index int32 [...i] → [...i, ...d] */
  gather(index: Tensor) { return this.op('gather', [index], {}) }
  /** index int32 [...] → float32 [..., depth] */
  oneHot(depth: number) { return this.op('oneHot', [], { depth }) }
  zerosLike() { return this.fill(0, this.shape) }
  onesLike() { return this.fill(1, this.shape) }

  /** a: [..., m, k], b: [..., k, n] → [..., m, n]; leading axes broadcast. */
  matmul(b: Tensor, { transposeA = false, transposeB = false } = {}) { return this.op('matmul', [b], { transposeA, transposeB }) }

  protected abstract readonly self: Tensor
  protected abstract fill(value: number, shape: Shape): Tensor
  protected abstract scalar(x: TensorLike, dtype: DType): Tensor
}
