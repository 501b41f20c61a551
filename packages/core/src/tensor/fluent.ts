import type { Arity, Attrs, OpName } from '../ops/index.ts'
import type { Inputs } from '../ops/op.ts'
import { DTypeError, RangeError, ShapeError } from '../errors.ts'
import { every, extend, repeat, roll, type PadMode } from './rearrange.ts'
import { cumprod, deviation, logSumExp, norm, prod, variance } from './reductions.ts'
import { axesOf, axisOf, broadcastShapes, fillShape, range, sameShape, size, type DType, type Shape } from './spec.ts'
import type { Tensor } from './tensor.ts'

/** A tensor, or a number that becomes a scalar of the same dtype. */
export type TensorLike = Tensor | number
/** One axis, or several; negative numbers count from the end. */
export type Axes = number | readonly number[]
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

  /** this + b. */
  add(b: TensorLike) {
    return this.op('add', [b], {})
  }
  /** this − b. */
  sub(b: TensorLike) {
    return this.op('sub', [b], {})
  }
  /** this · b, number by number. */
  mul(b: TensorLike) {
    return this.op('mul', [b], {})
  }
  /** a/b of floating-point numbers. */
  div(b: TensorLike) {
    return this.op('div', [b], {})
  }
  /** ⌊a/b⌋. Of integers, by 0 it is 0; int32 wraps where it overflows, as all arithmetic in it does. */
  floorDivide(b: TensorLike): Tensor {
    return this.dtype === 'int32' ? this.op('floorDivide', [b], {}) : this.sub(this.mod(b)).div(b).round()
  }
  /** a − b·⌊a/b⌋, which has the sign of b. */
  mod(b: TensorLike): Tensor {
    return this.dtype === 'int32' ? this.sub(this.floorDivide(b).mul(b)) : this.op('mod', [b], {})
  }
  /** this to the power b. */
  pow(b: TensorLike) {
    return b === 2 ? this.square() : this.op('pow', [b], {})
  }
  /** The greater of the two, number by number. */
  maximum(b: TensorLike) {
    return this.op('maximum', [b], {})
  }
  /** The lesser of the two, number by number. */
  minimum(b: TensorLike) {
    return this.op('minimum', [b], {})
  }
  /** Comparisons give bool: 1 where it holds, 0 elsewhere. With NaN nothing holds but `notEqual`. */
  equal(b: TensorLike) {
    return this.op('equal', [b], {})
  }
  /** Whether the two differ: bool. */
  notEqual(b: TensorLike) {
    return this.equal(b).not()
  }
  /** this > b: bool. */
  greater(b: TensorLike) {
    return this.op('greater', [b], {})
  }
  /** this ≥ b: bool. */
  greaterEqual(b: TensorLike) {
    return this.op('greaterEqual', [b], {})
  }
  /** this < b: bool. */
  less(b: TensorLike) {
    return this.op('less', [b], {})
  }
  /** this ≤ b: bool. */
  lessEqual(b: TensorLike) {
    return this.op('lessEqual', [b], {})
  }
  /** Whether each number is NaN: bool. */
  isNaN() {
    return this.notEqual(this.self)
  }
  /** Whether each number is infinite: bool. */
  isInfinite() {
    return this.abs().equal(Infinity)
  }
  /** Whether each number is neither NaN nor infinite: bool. */
  isFinite() {
    return this.abs().less(Infinity)
  }
  /** Logic on bool tensors. */
  not() {
    return this.#bool('not').op('equal', [this.fill(0, [])], {})
  }
  /** bool: both are true (not 0). */
  and(b: Tensor) {
    return this.#bool('and', b).where(b, 0)
  }
  /** bool: one of them is true (not 0), or both. */
  or(b: Tensor) {
    return this.#bool('or', b).where(1, b)
  }
  /** bool: just one of them is true (not 0). */
  xor(b: Tensor) {
    return this.#bool('xor', b).notEqual(b)
  }
  #bool(op: string, b: Tensor = this.self): Tensor {
    if (this.dtype !== 'bool' || b.dtype !== 'bool')
      throw new DTypeError(`${op}: needs bool, got ${this.dtype === 'bool' ? b.dtype : this.dtype}. Compare first: x.greater(0)`)
    return this.self
  }
  /** Limits every number to low … high; either may be infinite. The gradient passes in between, both included. */
  clip(low: number, high: number) {
    if (Number.isNaN(low) || Number.isNaN(high)) throw new RangeError(`clip: the limits must be numbers, got ${low} and ${high}`)
    return this.op('clip', [], { low, high })
  }
  /** this². */
  square() {
    return this.mul(this.self)
  }
  /** 1 ÷ this. */
  reciprocal() {
    return this.fill(1, []).div(this.self)
  }
  /** |this|. */
  abs() {
    return this.op('abs', [], {})
  }
  /** −1, 0 or 1 */
  sign() {
    return this.op('sign', [], {})
  }
  /** −this. */
  neg() {
    return this.op('neg', [], {})
  }
  /** e to the power this. */
  exp() {
    return this.op('exp', [], {})
  }
  /** eˣ − 1, exact near 0. */
  expm1() {
    return this.op('expm1', [], {})
  }
  /** The natural logarithm. */
  log() {
    return this.op('log', [], {})
  }
  /** log(1 + x), exact near 0. */
  log1p() {
    return this.op('log1p', [], {})
  }
  /** The square root. */
  sqrt() {
    return this.op('sqrt', [], {})
  }
  /** The sine, of radians. */
  sin() {
    return this.op('sin', [], {})
  }
  /** The cosine, of radians. */
  cos() {
    return this.op('cos', [], {})
  }
  /** The tangent, of radians. */
  tan() {
    return this.op('tan', [], {})
  }
  /** The arc sine, in radians. */
  asin() {
    return this.op('asin', [], {})
  }
  /** The arc cosine, in radians. */
  acos() {
    return this.op('acos', [], {})
  }
  /** The arc tangent, in radians. */
  atan() {
    return this.op('atan', [], {})
  }
  /** The hyperbolic sine. */
  sinh() {
    return this.op('sinh', [], {})
  }
  /** The hyperbolic cosine. */
  cosh() {
    return this.op('cosh', [], {})
  }
  /** The hyperbolic tangent. */
  tanh() {
    return this.op('tanh', [], {})
  }
  /** The inverse of sinh. */
  asinh() {
    return this.op('asinh', [], {})
  }
  /** The inverse of cosh. */
  acosh() {
    return this.op('acosh', [], {})
  }
  /** The inverse of tanh. */
  atanh() {
    return this.op('atanh', [], {})
  }
  /** 2/√π · ∫₀ˣ e^(−t²) dt */
  erf() {
    return this.op('erf', [], {})
  }
  /** 1 / (1 + e^−this). */
  sigmoid() {
    return this.op('sigmoid', [], {})
  }
  /** log(1 + eˣ), without overflow. */
  softplus() {
    return this.op('softplus', [], {})
  }
  /** max(this, 0). */
  relu() {
    return this.op('relu', [], {})
  }
  /** The next whole number below. */
  floor() {
    return this.op('floor', [], {})
  }
  /** The next whole number above. */
  ceil() {
    return this.op('ceil', [], {})
  }
  /** To the nearest integer, from halfway to the even one. */
  round() {
    return this.op('round', [], {})
  }
  /** The same numbers in another dtype; to integers they are cut towards 0, to bool all but 0 is true. */
  cast(dtype: DType) {
    return dtype === this.dtype ? this.self : this.op('cast', [], { dtype })
  }

  /** This bool tensor chooses: `yes` where it holds, `no` elsewhere. A number takes the dtype of the other branch. */
  where(yes: TensorLike, no: TensorLike): Tensor {
    const dtype = typeof yes === 'object' ? yes.dtype : typeof no === 'object' ? no.dtype : 'float32'
    return this.op('where', [this.scalar(yes, dtype), this.scalar(no, dtype)], {})
  }

  /** Their sum; of all unless axes are given. keepDims: the axes stay, with size 1. */
  sum(axes?: Axes, keepDims = false) {
    return this.op('sum', [], { axes: this.#axes(axes), keepDims })
  }
  /** Their mean; of all unless axes are given. keepDims: the axes stay, with size 1. */
  mean(axes?: Axes, keepDims = false) {
    return this.op('mean', [], { axes: this.#axes(axes), keepDims })
  }
  /** Their product; of all unless axes are given. keepDims: the axes stay, with size 1. */
  prod(axes?: Axes, keepDims = false) {
    return prod(this.self, this.#axes(axes), keepDims)
  }
  /** Of several equal extremes each gets its share of the gradient. */
  max(axes?: Axes, keepDims = false) {
    return this.op('max', [], { axes: this.#axes(axes), keepDims })
  }
  /** The smallest; of all unless axes are given. keepDims: the axes stay, with size 1. */
  min(axes?: Axes, keepDims = false) {
    return this.op('min', [], { axes: this.#axes(axes), keepDims })
  }
  /** Whether it holds anywhere; of numbers, whether one is not 0. */
  any(axes?: Axes, keepDims = false) {
    return this.cast('bool').cast('float32').sum(axes, keepDims).greater(0)
  }
  /** Whether it holds everywhere, which of nothing it does. */
  all(axes?: Axes, keepDims = false): Tensor {
    return this.cast('bool').not().any(axes, keepDims).not()
  }
  /** Σ (x − mean)² / (n − correction); 0 in place of 1 gives the variance of a whole population. */
  variance(axes?: Axes, { correction = 1, keepDims = false } = {}) {
    return variance(this.self, this.#axes(axes), correction, keepDims)
  }
  /** The root of the variance; where that is 0, its gradient is 0. */
  std(axes?: Axes, { correction = 1, keepDims = false } = {}) {
    return deviation(this.self, this.#axes(axes), correction, keepDims)
  }
  /** (Σ |x|ᵖ)^(1/p) for the order p from 1 to Infinity, where it is the largest |x|; where it is 0, its gradient is 0. */
  norm(axes?: Axes, { order = 2, keepDims = false } = {}) {
    return norm(this.self, this.#axes(axes), order, keepDims)
  }
  /** log Σ eˣ, without overflow. */
  logSumExp(axes?: Axes, keepDims = false) {
    return logSumExp(this.self, this.#axes(axes), keepDims)
  }
  /** Sums of all numbers up to each one; `exclusive`: without itself, `reverse`: from the other end. */
  cumsum(axis = -1, { exclusive = false, reverse = false } = {}) {
    return this.op('cumsum', [], { axis: this.#axis(axis), exclusive, reverse })
  }
  /** Running products along an axis. exclusive: each without itself; reverse: from the end. */
  cumprod(axis = -1, { exclusive = false, reverse = false } = {}) {
    return cumprod(this.self, this.#axis(axis), exclusive, reverse)
  }
  /** Where the largest number along an axis is: the first one. → int32, without that axis */
  argMax(axis = -1) {
    return this.op('argMax', [], { axis: this.#axis(axis) })
  }
  /** Where the smallest is along an axis, the first of equal ones. → int32 */
  argMin(axis = -1) {
    return this.op('argMin', [], { axis: this.#axis(axis) })
  }
  /** eˣ / Σ eˣ along an axis. */
  softmax(axis = -1) {
    return this.#last(axis, x => x.op('softmax', [], {}))
  }
  /** x − log Σ eˣ along an axis. */
  logSoftmax(axis = -1) {
    return this.#last(axis, x => x.op('logSoftmax', [], {}))
  }
  /** The k largest or smallest numbers along an axis in their order, and where they are; of equal ones the first comes first. */
  topK(k: number, { axis = -1, largest = true } = {}): { values: Tensor; indices: Tensor } {
    const a = this.#axis(axis)
    const last = this.shape.length - 1
    const [values, indices] = this.swapAxes(a, last)
      .ops('topK', [], { k, largest })
      .map(t => t.swapAxes(a, last)) as [Tensor, Tensor]
    return { values, indices }
  }
  /** The numbers along an axis in order, the smallest first unless descending. */
  sort(axis = -1, { descending = false } = {}) {
    return this.topK(this.shape[this.#axis(axis)]!, { axis, largest: descending }).values
  }
  /** The order that sorts an axis: equal numbers stay as they stand. → int32 */
  argSort(axis = -1, { descending = false } = {}) {
    return this.topK(this.shape[this.#axis(axis)]!, { axis, largest: descending }).indices
  }

  /** Sums away what broadcasting stretched: the transpose of `broadcastTo`. */
  sumTo(shape: Shape): Tensor {
    if (sameShape(this.shape, shape)) return this.self
    const lead = this.shape.length - shape.length
    const axes = range(this.shape.length).filter(i => i < lead || (shape[i - lead] === 1 && this.shape[i] !== 1))
    return this.sum(axes).reshape(shape)
  }

  /**
   * The same numbers in row-major order in another shape; one side may be −1, what is left over.
   * @throws ShapeError if the sizes differ.
   */
  reshape(shape: Shape): Tensor {
    const full = fillShape(shape, size(this.shape))
    return sameShape(full, this.shape) ? this.self : this.op('reshape', [], { shape: full })
  }
  /** Joins the axes from `from` on into one. x: [n, c, h, w] → flatten(1): [n, c·h·w] */
  flatten(from = 0) {
    return this.reshape([...this.shape.slice(0, from), size(this.shape.slice(from))])
  }
  /** Adds an axis of length 1. */
  expandDims(axis: number) {
    return this.reshape(this.shape.toSpliced(axisOf(this.shape.length + 1, axis), 0, 1))
  }
  /** Drops an axis of length 1. */
  squeeze(axis: number) {
    const at = axisOf(this.shape.length, axis)
    if (this.shape[at] !== 1) throw new ShapeError(`squeeze: axis ${axis} of [${this.shape}] is not 1`)
    return this.reshape(this.shape.toSpliced(at, 1))
  }
  /**
   * Repeated to a larger shape, by the rules of broadcasting.
   * @throws ShapeError if it does not fit.
   */
  broadcastTo(shape: Shape) {
    return sameShape(shape, this.shape) ? this.self : this.op('broadcastTo', [], { shape: [...shape] })
  }
  /** Axes in another order: axis i of the result is axis perm[i]. Default: turned round. */
  transpose(perm: number[] = range(this.shape.length).reverse()) {
    return this.op('transpose', [], { perm })
  }
  /** Two axes in each other's place. */
  swapAxes(a: number, b: number): Tensor {
    const [i, j] = [this.#axis(a), this.#axis(b)]
    return i === j ? this.self : this.transpose(range(this.shape.length).with(i, j).with(j, i))
  }
  /** The box from `starts` up to, not including, `ends`; one number for each axis. */
  sliceTo(starts: number[], ends: number[]) {
    return this.op('slice', [], { starts, ends })
  }
  /**
   * A range of one axis: every `step`-th from `from` up to, not including, `to`; negative numbers count from the end. A negative
   * step goes down: `x.slice(0, -1, undefined, -2)` is every second row, the last one first.
   */
  slice(axis: number, from: number, to?: number, step = 1): Tensor {
    const a = this.#axis(axis)
    const n = this.shape[a]!
    const at = (i: number) => (i < 0 ? i + n : i)
    const end = to === undefined ? (step < 0 ? -1 : n) : at(to)
    if (step !== 1) return every(this.self, a, at(from), end, step)
    return this.sliceTo(
      this.shape.map((_, i) => (i === a ? at(from) : 0)),
      this.shape.map((d, i) => (i === a ? end : d)),
    )
  }
  /** Equal parts along an axis, or parts of these sizes. */
  split(parts: number | readonly number[], axis = -1): Tensor[] {
    const n = this.shape[this.#axis(axis)]!
    const sizes = typeof parts === 'number' ? Array<number>(parts).fill(n / parts) : parts
    if (!sizes.every(Number.isInteger)) throw new ShapeError(`split: axis ${axis} of [${this.shape}] does not divide into ${parts} parts`)
    if (sizes.reduce((s, d) => s + d, 0) !== n)
      throw new ShapeError(`split: the sizes [${sizes}] do not add up to axis ${axis} of [${this.shape}]`)
    let at = 0
    return sizes.map(d => this.slice(axis, at, (at += d)))
  }
  /** The order of these axes, by default all, turned round. */
  flip(axes?: Axes) {
    return this.op('flip', [], { axes: this.#axes(axes) })
  }
  /** Shifted along an axis; what falls off comes in at the other end. */
  roll(shift: number, axis: number) {
    return roll(this.self, shift, this.#axis(axis))
  }
  /** The whole tensor several times along each axis. [2, 3] → tile([1, 2]): [2, 6] */
  tile(times: readonly number[]): Tensor {
    if (times.length !== this.shape.length) throw new ShapeError(`tile: needs one number for each axis of [${this.shape}], got [${times}]`)
    return times.reduceRight<Tensor>((x, n, axis) => repeat(x, axis, n), this.self)
  }
  /**
   * More numbers around, `before` and `after` each axis: `value`, by default 0, or what `mode` says: 'reflect' mirrors at the
   * border, 'edge' repeats the border, 'wrap' goes on from the other end.
   */
  pad(
    before: readonly number[],
    after: readonly number[],
    { mode = 'constant', value = 0 }: { mode?: PadMode; value?: number } = {},
  ): Tensor {
    if (mode === 'constant') return this.op('pad', [], { before: [...before], after: [...after], ...(value !== 0 && { value }) })
    if (before.length !== this.shape.length || after.length !== this.shape.length)
      throw new ShapeError(`pad: before and after must be one number for each axis of [${this.shape}], got [${before}] and [${after}]`)
    return before.reduce<Tensor>((x, n, axis) => extend(x, axis, n, after[axis]!, mode), this.self)
  }
  /** Parts of an axis by their numbers. x: [...a, n, ...b], index int32 [...i] → [...a, ...i, ...b] */
  gather(index: Tensor, axis = 0) {
    return this.op('gather', [index], { axis: this.#axis(axis) })
  }
  /** Numbers by their places in several axes. x: [d₁, …, dₖ, ...b], index int32 [...i, k] → [...i, ...b] */
  gatherND(index: Tensor) {
    return this.op('gatherND', [index], {})
  }
  /** One number of an axis for each number of the index, whose other axes are those of x or 1. x: [...a, n, ...b], index int32 [...a, m, ...b] → [...a, m, ...b] */
  takeAlong(index: Tensor, axis = -1) {
    const a = this.#axis(axis)
    const shape = index.shape.length === this.shape.length ? broadcastShapes(this.shape.with(a, 1), index.shape) : index.shape
    return this.op('takeAlong', [index.broadcastTo(shape)], { axis: a })
  }
  /** index int32 [...] → float32 [..., depth] */
  oneHot(depth: number) {
    return this.op('oneHot', [], { depth })
  }
  /** The lower triangle of the last two axes, up to the given diagonal; 0 above. */
  tril(diagonal = 0) {
    return this.#below(diagonal).where(this.self, 0)
  }
  /** The upper triangle of the last two axes, from the given diagonal on; 0 below. */
  triu(diagonal = 0) {
    return this.#below(diagonal - 1).where(0, this.self)
  }
  #below(diagonal: number): Tensor {
    const [n, m] = this.shape.slice(-2)
    if (m === undefined) throw new ShapeError(`a triangle needs two axes or more, got [${this.shape}]`)
    return this.iota(n!).add(diagonal).reshape([n!, 1]).greaterEqual(this.iota(m))
  }
  /** Zeros of this shape and dtype. */
  zerosLike() {
    return this.fill(0, this.shape)
  }
  /** Ones of this shape and dtype. */
  onesLike() {
    return this.fill(1, this.shape)
  }

  /** a: [..., m, k], b: [..., k, n] → [..., m, n]; leading axes broadcast. A vector is a row on the left and a column on the right. */
  matmul(b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
    if (this.shape.length === 1)
      return this.expandDims(0)
        .matmul(b, { transposeB })
        .squeeze(b.shape.length === 1 ? 0 : -2)
    if (b.shape.length === 1) return this.matmul(b.expandDims(1), { transposeA }).squeeze(-1)
    return this.op('matmul', [b], { transposeA, transposeB })
  }
  /** Each number of a vector times each of another. [n], [m] → [n, m] */
  outer(b: Tensor) {
    if (this.shape.length !== 1 || b.shape.length !== 1)
      throw new ShapeError(`outer: needs two vectors, got [${this.shape}] and [${b.shape}]`)
    return this.expandDims(1).mul(b)
  }

  #axis(axis: number): number {
    return axisOf(this.shape.length, axis)
  }
  #axes(axes: Axes | undefined): number[] {
    return axesOf(this.shape.length, axes)
  }
  /** What `f` does along the last axis, along another. */
  #last(axis: number, f: (x: Tensor) => Tensor): Tensor {
    return f(this.swapAxes(axis, -1)).swapAxes(axis, -1)
  }

  protected abstract readonly self: Tensor
  protected abstract fill(value: number, shape: Shape): Tensor
  protected abstract iota(length: number): Tensor
  protected abstract scalar(x: TensorLike, dtype: DType): Tensor
}
