import { allocate, type DType, type Elementwise } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import { simple, type Lowerings } from './lowering.ts'

/** Bools have an order to us, not to ONNX. */
const ordered =
  (op: string) =>
  (x: Ref[], _: {}, b: Builder): Ref =>
    b.node(
      op,
      x.map(t => (t.type === 'bool' ? b.cast(t, 'int32') : t)),
    )

/** log(1 + x) = log u + (x − (u − 1)) / u with the rounded u = 1 + x: what rounding took away is added again. */
function log1p(b: Builder, x: Ref): Ref {
  const u = b.node('Add', [x, b.f32(1)])
  const back = b.node('Sub', [u, b.f32(1)])
  const log = b.node('Log', [u])
  const exact = b.node('Add', [log, b.node('Div', [b.node('Sub', [x, back]), u])])
  return b.node('Where', [b.node('Equal', [back, x], {}, { type: 'bool' }), log, exact]) // also of −1 and ∞
}

/** ⌊x/y⌋ of integers. Both signs are turned so that y > 0: a processor stops at the division of −2³¹ by −1, as at one by 0. */
function floorDivide(b: Builder, x: Ref, y: Ref): Ref {
  const number = (v: number) => b.constant('int32', [], Int32Array.of(v))
  const is = (op: string, r: Ref) => b.node(op, [r, number(0)], {}, { shape: r.shape, type: 'bool' })
  const of = { shape: y.shape }
  const sign = b.node('Where', [is('Less', y), number(-1), number(1)], {}, of)
  const zero = is('Equal', y)
  const [a, c] = [b.node('Mul', [x, sign]), b.node('Where', [zero, number(1), b.node('Mul', [y, sign], {}, of)], {}, of)]
  const q = b.node('Div', [a, c])
  const rest = b.node('Sub', [a, b.node('Mul', [q, c])])
  return b.node('Where', [zero, number(0), b.node('Sub', [q, b.cast(is('Less', rest), 'int32')])])
}

export const elementwise: Lowerings<Elementwise> = {
  add: simple('Add'),
  sub: simple('Sub'),
  mul: simple('Mul'),
  div: simple('Div'),
  mod: ([x, y], _, b) => {
    const r = b.node('Mod', [x, y], { fmod: 1 }) // has the sign of x
    const other = b.node('Less', [b.node('Mul', [b.node('Sign', [r]), y]), b.f32(0)], {}, { type: 'bool' })
    return b.node('Where', [other, b.node('Add', [r, y]), r])
  },
  floorDivide: ([x, y], _, b) => floorDivide(b, x, y),
  pow: simple('Pow'),
  maximum: simple('Max'),
  minimum: simple('Min'),
  neg: simple('Neg'),
  abs: simple('Abs'),
  sign: ([x], _, b) => {
    const zero = b.constant(x.type, [], allocate(x.type as DType, 1))
    const is = (op: string) => b.cast(b.node(op, [x, zero], {}, { type: 'bool' }), x.type)
    return b.node('Sub', [is('Greater'), is('Less')])
  },
  exp: simple('Exp'),
  // eˣ − 1 = 2·e^(x/2)·sinh(x/2), which cancels nothing; below −30 it is −1
  expm1: ([x], _, b) => {
    const half = b.node('Mul', [b.node('Where', [b.node('Less', [x, b.f32(-30)], {}, { type: 'bool' }), b.f32(-30), x]), b.f32(0.5)])
    return b.node('Mul', [b.node('Mul', [b.node('Exp', [half]), b.node('Sinh', [half])]), b.f32(2)])
  },
  log: simple('Log'),
  log1p: ([x], _, b) => log1p(b, x),
  sqrt: simple('Sqrt'),
  sin: simple('Sin'),
  cos: simple('Cos'),
  tan: simple('Tan'),
  asin: simple('Asin'),
  acos: simple('Acos'),
  atan: simple('Atan'),
  sinh: simple('Sinh'),
  cosh: simple('Cosh'),
  tanh: simple('Tanh'),
  asinh: simple('Asinh'),
  acosh: simple('Acosh'),
  atanh: simple('Atanh'),
  erf: simple('Erf'),
  sigmoid: simple('Sigmoid'),
  // what ONNX's own gives for negative numbers has no digits left
  softplus: ([x], _, b) => b.node('Add', [b.node('Relu', [x]), log1p(b, b.node('Exp', [b.node('Neg', [b.node('Abs', [x])])]))]),
  relu: simple('Relu'),
  clip: ([x], { low, high }, b) => {
    const limit = (v: number) =>
      x.type === 'int32' ? b.constant('int32', [], Int32Array.of(Math.min(Math.max(v, -(2 ** 31)), 2 ** 31 - 1))) : b.f32(v)
    return b.node('Clip', [x, limit(low), limit(high)])
  },
  floor: simple('Floor'),
  ceil: simple('Ceil'),
  round: simple('Round'),
  equal: simple('Equal'),
  greater: ordered('Greater'),
  greaterEqual: ordered('GreaterOrEqual'),
  less: ordered('Less'),
  lessEqual: ordered('LessOrEqual'),
  // onnxruntime does not choose between bools
  where: ([c, x, y], _, b) =>
    x.type === 'bool'
      ? b.cast(b.node('Where', [c, b.cast(x, 'uint8'), b.cast(y, 'uint8')], {}, { type: 'uint8' }), 'bool')
      : b.node('Where', [c, x, y]),
  cast: ([x], { dtype }, b) => b.cast(x, dtype),
}
