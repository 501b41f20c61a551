import type { Elementwise } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import { simple, type Lowerings } from './lowering.ts'

/** Bools have an order to us, not to ONNX. */
const comparable = (b: Builder, x: Ref): Ref => (x.type === 'bool' ? b.cast(x, 'int32') : x)

export const elementwise: Lowerings<Elementwise> = {
  add: simple('Add'),
  sub: simple('Sub'),
  mul: simple('Mul'),
  div: simple('Div'),
  pow: simple('Pow'),
  maximum: simple('Max'),
  minimum: simple('Min'),
  neg: simple('Neg'),
  abs: simple('Abs'),
  sign: simple('Sign'),
  exp: simple('Exp'),
  log: simple('Log'),
  sqrt: simple('Sqrt'),
  sin: simple('Sin'),
  cos: simple('Cos'),
  erf: simple('Erf'),
  tanh: simple('Tanh'),
  sigmoid: simple('Sigmoid'),
  relu: simple('Relu'),
  equal: simple('Equal'),
  greater: ([x, y], _, b) => b.node('Greater', [comparable(b, x), comparable(b, y)]),
  less: ([x, y], _, b) => b.node('Less', [comparable(b, x), comparable(b, y)]),
  where: simple('Where'),
  cast: ([x], { dtype }, b) => b.cast(x, dtype),
}
