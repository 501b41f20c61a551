import { DTypeError } from '../errors.ts'
import { broadcastShapes, isFloat, type DType, type Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Application, Family, Op, Sig, Thunk } from './op.ts'

/** Signatures of the ops that work number by number. */
export interface Elementwise {
  add: Sig<2>
  sub: Sig<2>
  mul: Sig<2>
  div: Sig<2>
  mod: Sig<2>
  floorDivide: Sig<2>
  pow: Sig<2>
  maximum: Sig<2>
  minimum: Sig<2>
  neg: Sig<1>
  abs: Sig<1>
  sign: Sig<1>
  exp: Sig<1>
  expm1: Sig<1>
  log: Sig<1>
  log1p: Sig<1>
  sqrt: Sig<1>
  sin: Sig<1>
  cos: Sig<1>
  tan: Sig<1>
  asin: Sig<1>
  acos: Sig<1>
  atan: Sig<1>
  sinh: Sig<1>
  cosh: Sig<1>
  tanh: Sig<1>
  asinh: Sig<1>
  acosh: Sig<1>
  atanh: Sig<1>
  erf: Sig<1>
  sigmoid: Sig<1>
  softplus: Sig<1>
  relu: Sig<1>
  clip: Sig<1, { low: number; high: number }>
  floor: Sig<1>
  ceil: Sig<1>
  round: Sig<1>
  equal: Sig<2>
  greater: Sig<2>
  greaterEqual: Sig<2>
  less: Sig<2>
  lessEqual: Sig<2>
  where: Sig<3>
  cast: Sig<1, { dtype: DType }>
}

const broadcast = ([a, b]: [Spec, Spec]): Spec => {
  if (a.dtype !== b.dtype)
    throw new DTypeError(`both sides must have one dtype, got ${a.dtype} and ${b.dtype}. Cast one: x.cast('${a.dtype}')`)
  return { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype }
}

const numeric = (x: Spec): void => {
  if (x.dtype === 'bool' || x.dtype === 'uint8')
    throw new DTypeError(`${x.dtype} is for storage, not arithmetic. Cast it: x.cast('float32')`)
}
const floating = (x: Spec): void => {
  if (!isFloat(x)) throw new DTypeError(`needs float32, got ${x.dtype}. Cast it: x.cast('float32')`)
}

const integer = ({ dtype }: Spec): void => {
  if (dtype !== 'int32') throw new DTypeError(`needs int32, got ${dtype}. Cast it: x.cast('int32')`)
}

/** A binary op, by its two partial gradients. Broadcasting is undone here, once. */
const binary = (da: (c: Application<2, {}>) => Tensor, db: (c: Application<2, {}>) => Tensor, takes = numeric): Op<2, {}> => ({
  infer: x => {
    takes(x[0])
    return broadcast(x)
  },
  vjp: c => [() => da(c).sumTo(c.x[0].shape), () => db(c).sumTo(c.x[1].shape)],
})

/** A unary op, by its gradient. */
const unary = (dx: (c: Application<1, {}>) => Tensor): Op<1, {}> => ({
  infer: ([x]) => {
    numeric(x)
    return { shape: x.shape, dtype: x.dtype }
  },
  vjp: c => [() => dx(c)] as [Thunk],
})

/** A unary op for floating-point numbers only. */
const smooth = (dx: (c: Application<1, {}>) => Tensor): Op<1, {}> => ({
  ...unary(dx),
  infer: ([x]) => {
    floating(x)
    return { shape: x.shape, dtype: x.dtype }
  },
})

/** A function of steps: its gradient is 0. */
const step: Op<1, {}> = { infer: smooth(({ g }) => g).infer, vjp: null }

/** 1 where it holds, ½ where only the weak form does, 0 elsewhere: how two inputs share a gradient. */
const share = (strict: Tensor, weak: Tensor): Tensor => strict.cast('float32').add(weak.cast('float32')).mul(0.5)
/** 1 − a², without cancellation near 1. */
const complement = (a: Tensor): Tensor => a.add(1).mul(a.neg().add(1))

const compare: Op<2, {}> = { infer: x => ({ ...broadcast(x), dtype: 'bool' }), vjp: null }

export const elementwise: Family<Elementwise> = {
  add: binary(
    ({ g }) => g,
    ({ g }) => g,
  ),
  sub: binary(
    ({ g }) => g,
    ({ g }) => g.neg(),
  ),
  mul: binary(
    ({ g, x: [, b] }) => g.mul(b),
    ({ g, x: [a] }) => g.mul(a),
  ),
  div: binary(
    ({ g, x: [, b] }) => g.div(b),
    ({ g, x: [, b], y }) => g.mul(y).div(b).neg(),
    floating,
  ),
  // a − b·⌊a/b⌋: the sign of b. ⌊a/b⌋ is a constant
  mod: binary(
    ({ g }) => g,
    ({ g, x: [a, b], y }) => g.mul(a.sub(y).div(b).round()).neg(),
    floating,
  ),
  // ⌊a/b⌋ of integers; by 0 it is 0
  floorDivide: {
    infer: x => {
      integer(x[0])
      return broadcast(x)
    },
    vjp: null,
  },
  // d(aᵇ) = b·aᵇ⁻¹ da + aᵇ·ln a db, and 0 where a factor 0 would meet an infinite one
  pow: binary(
    ({ g, x: [a, b] }) => g.mul(b).mul(a.pow(a.equal(0).and(b.equal(0)).where(0, b.sub(1)))),
    ({ g, x: [a, b], y }) => g.mul(y).mul(a.equal(0).and(b.greaterEqual(0)).where(1, a).log()),
    floating,
  ),
  // a tie shares the gradient
  maximum: binary(
    ({ g, x: [a, b] }) => g.mul(share(a.greater(b), a.greaterEqual(b))),
    ({ g, x: [a, b] }) => g.mul(share(b.greater(a), b.greaterEqual(a))),
  ),
  minimum: binary(
    ({ g, x: [a, b] }) => g.mul(share(a.less(b), a.lessEqual(b))),
    ({ g, x: [a, b] }) => g.mul(share(b.less(a), b.lessEqual(a))),
  ),
  neg: unary(({ g }) => g.neg()),
  // 0 at 0
  abs: unary(({ g, x: [a] }) => g.mul(a.op('sign', [], {}))),
  sign: unary(({ g }) => g.zerosLike()),
  exp: smooth(({ g, y }) => g.mul(y)),
  // eˣ − 1
  expm1: smooth(({ g, y }) => g.mul(y.add(1))),
  log: smooth(({ g, x: [a] }) => g.div(a)),
  // log(1 + x)
  log1p: smooth(({ g, x: [a] }) => g.div(a.add(1))),
  sqrt: smooth(({ g, y }) => g.div(y.mul(2))),
  sin: smooth(({ g, x: [a] }) => g.mul(a.cos())),
  cos: smooth(({ g, x: [a] }) => g.mul(a.sin()).neg()),
  tan: smooth(({ g, y }) => g.mul(y.mul(y).add(1))),
  asin: smooth(({ g, x: [a] }) => g.div(complement(a).sqrt())),
  acos: smooth(({ g, x: [a] }) => g.div(complement(a).sqrt()).neg()),
  atan: smooth(({ g, x: [a] }) => g.div(a.mul(a).add(1))),
  sinh: smooth(({ g, x: [a] }) => g.mul(a.cosh())),
  cosh: smooth(({ g, x: [a] }) => g.mul(a.sinh())),
  tanh: smooth(({ g, y }) => g.mul(y.mul(y).neg().add(1))),
  asinh: smooth(({ g, x: [a] }) => g.div(a.mul(a).add(1).sqrt())),
  acosh: smooth(({ g, x: [a] }) => g.div(a.sub(1).mul(a.add(1)).sqrt())),
  atanh: smooth(({ g, x: [a] }) => g.div(complement(a))),
  // erf′(x) = 2/√π · e^(−x²)
  erf: smooth(({ g, x: [a] }) => g.mul(a.mul(a).neg().exp()).mul(2 / Math.sqrt(Math.PI))),
  sigmoid: smooth(({ g, y }) => g.mul(y.sub(y.mul(y)))),
  // log(1 + eˣ)
  softplus: smooth(({ g, x: [a] }) => g.mul(a.sigmoid())),
  relu: unary(({ g, y }) => y.greater(0).where(g, 0)),
  // the gradient passes where x is in low … high, both included
  clip: {
    infer: ([x]) => {
      numeric(x)
      return { shape: x.shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [a], y }) => [() => a.equal(y).where(g, 0)],
  },
  floor: step,
  ceil: step,
  // to the nearest integer, from halfway to the even one
  round: step,
  equal: compare,
  greater: compare,
  greaterEqual: compare,
  less: compare,
  lessEqual: compare,
  // condition bool, then the two choices
  where: {
    infer: ([c, a, b]) => {
      if (c.dtype !== 'bool') throw new DTypeError(`the condition must be bool, got ${c.dtype}. Compare it: x.greater(0)`)
      const { shape, dtype } = broadcast([a, b])
      return { shape: broadcastShapes(c.shape, shape), dtype }
    },
    vjp: ({ g, x: [c, a, b] }) => [null, () => c.where(g, 0).sumTo(a.shape), () => c.where(0, g).sumTo(b.shape)],
  },
  cast: {
    infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
    vjp: ({ g, x: [a], attrs: { dtype } }) => [isFloat(a) && isFloat({ dtype }) ? () => g.cast(a.dtype) : null],
  },
}
