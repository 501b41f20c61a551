import { filterProducts } from '../graph/filter-products.ts'
import type { Node } from '../graph/graph.ts'
import type { Arity, Attrs, OpName } from '../ops/index.ts'
import type { Interpolation } from '../ops/interpolation.ts'
import type { Inputs } from '../ops/op.ts'
import { size, type DType, type Spec } from '../tensor/spec.ts'

type Formulas = { readonly [K in OpName]: (x: Inputs<Spec, Arity<K>>, attrs: Attrs<K>, y: Spec) => number }

const count = (x: Spec): number => size(x.shape)
const none = (): number => 0
/** One for each number that comes out. */
const each = (_: unknown, __: unknown, y: Spec): number => count(y)
/** One for each number that goes in. */
const every = (x: readonly Spec[]): number => count(x[0]!)
/** A product and a sum for each weight of a filter, at each place of the images that it makes. */
const filtered = (images: Spec, weight: Spec): number => 2 * filterProducts(images, weight)
const neighbours: Record<Interpolation, number> = { nearest: 0, nearestExact: 0, linear: 2, cubic: 4 }

/**
 * Arithmetic of each op. A sum, a product, a comparison and a function such as exp count one each, so a product of matrices
 * [m, k]·[k, n] has 2·m·k·n; moving numbers and the integers of a random stream count nothing. It is what the op means: an engine may
 * find a way to do with less.
 */
// prettier-ignore
const formulas: Formulas = {
  // y = f(x), number by number
  add: each, sub: each, mul: each, div: each, mod: each, floorDivide: each, pow: each, maximum: each, minimum: each,
  neg: each, abs: each, sign: each, exp: each, expm1: each, log: each, log1p: each, sqrt: each, erf: each,
  sin: each, cos: each, tan: each, asin: each, acos: each, atan: each,
  sinh: each, cosh: each, tanh: each, asinh: each, acosh: each, atanh: each,
  sigmoid: each, softplus: each, relu: each, floor: each, ceil: each, round: each,
  equal: each, greater: each, greaterEqual: each, less: each, lessEqual: each, where: each,
  clip: (_, __, y) => 2 * count(y),
  cast: none,
  // along axes
  sum: every, mean: every, max: every, min: every, argMax: every, argMin: every, cumsum: every,
  softmax: ([x]) => 5 * count(x), // max, x − max, exp, Σ, quotient
  logSoftmax: ([x]) => 5 * count(x), // max, x − max, exp, Σ, difference
  layerNorm: ([x]) => 8 * count(x), // mean; x − mean, its square and sum; quotient; weight, bias; about one for 1/σ
  batchNorm: ([x]) => 8 * count(x),
  // sums of products
  matmul: ([a, , c], { transposeA }, y) => 2 * count(y) * a.shape.at(transposeA ? -2 : -1)! + (c ? count(y) : 0),
  conv: ([, w, bias], _, y) => filtered(y, w) + (bias ? count(y) : 0),
  convInput: ([g, w]) => filtered(g, w),
  convFilter: ([, g], _, y) => filtered(g, y),
  // along each axis that changes, as many products and sums as a number has neighbours
  resize: ([x], { size, mode }, y) => size.filter((m, i) => m !== x.shape[i + 2]).length * 2 * neighbours[mode] * count(y),
  roiAlign: (_, { samples }, y) => 8 * samples ** 2 * count(y), // four neighbours, weighed and summed
  // windows
  maxPool: (_, { kernel }, y) => size(kernel) * count(y),
  avgPool: (_, { kernel }, y) => size(kernel) * count(y),
  maxUnpool: ([g]) => count(g),
  // order
  topK: ([x], { k }) => count(x) * Math.ceil(Math.log2(k + 1)),
  nonMaxSuppression: ([boxes]) => 7 * boxes.shape[0]! * (boxes.shape[0]! - 1), // an overlap for each pair: 14
  oneHot: each,
  // sums at places
  scatterAdd: ([, x]) => count(x),
  addAlong: ([, x]) => count(x),
  // only moved, or nothing at all
  constant: none, full: none, iota: none, reshape: none, broadcastTo: none, transpose: none, concat: none, slice: none, flip: none, pad: none,
  gather: none, gatherND: none, takeAlong: none, randomBits: none,
  barrier: none, stopGradient: none, custom: none,
  scan: none, // what is in its body is counted there
}

const table = formulas as unknown as Record<OpName, (x: readonly Spec[], attrs: unknown, y: Spec) => number>

/** Floating-point operations of one run of an op. */
export const flopsOf = ({ op, inputs, attrs, outputs }: Node): number => table[op](inputs, attrs, outputs[0]!)

const width: Record<DType, number> = { float32: 4, int32: 4, uint8: 1, bool: 1 }
const bytes = (x: Spec): number => count(x) * width[x.dtype]
/** The same numbers in another form. */
const views = new Set<OpName>(['constant', 'reshape', 'stopGradient', 'custom', 'barrier', 'scan'])
/** They read no more than they give. */
const parts = new Set<OpName>(['slice', 'gather', 'gatherND', 'takeAlong'])

/** What one run of an op has to read and to write at least. */
export function bytesOf({ op, inputs, outputs }: Node): number {
  if (views.has(op)) return 0
  const written = outputs.reduce((n, y) => n + bytes(y), 0)
  return written + (parts.has(op) ? written + inputs.slice(1).reduce((n, x) => n + bytes(x), 0) : inputs.reduce((n, x) => n + bytes(x), 0))
}
