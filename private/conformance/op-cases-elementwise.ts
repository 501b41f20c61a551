import { full, select, stopGradient, straightThrough, tensor, zeros, type Tensor } from '@portolan/core'
import { apart, ints, noise } from '@portolan/test-kit'
import { around, binary, distinct, named, plain, unary, type FamilyCases } from './family-cases.ts'

const small = 2 ** -6
const bools = (...shape: number[]): Tensor => ints(shape, 2).cast('bool')
const int = (data: number[]): Tensor => tensor(Int32Array.from(data))
/** Both signs, all extremes: what wraps, what has no quotient. */
const [left, right] = [
  int([7, -7, 7, -7, 0, 5, -5, 0, -(2 ** 31), -(2 ** 31), 2 ** 31 - 1, -(2 ** 31), -(2 ** 31), 2 ** 31 - 1]),
  int([3, 3, -3, -3, 3, 0, 0, 0, -1, 1, -1, 2, -(2 ** 31), -(2 ** 31)]),
]

const logic = (op: string, f: (a: Tensor, b: Tensor) => Tensor): FamilyCases =>
  named(op, {
    '': plain((a, b) => f(a!, b!), bools(2, 3), bools(2, 3)),
    row: plain((a, b) => f(a!, b!), bools(2, 3), bools(3)),
    stretched: plain((a, b) => f(a!, b!), bools(2, 1), bools(1, 3)),
    scalar: plain((a, b) => f(a!, b!), bools(), bools(2)),
    empty: plain((a, b) => f(a!, b!), bools(0, 2), bools(2)),
  })

const comparison = (op: string, f: (a: Tensor, b: Tensor) => Tensor): FamilyCases =>
  named(op, {
    '': plain((a, b) => f(a!, b!), ints([2, 3], 3).cast('float32'), ints([3], 3).cast('float32')),
    int32: plain((a, b) => f(a!, b!), ints([2, 3], 3), ints([2, 1], 3)),
    'int32 beyond float32': plain((a, b) => f(a!, b!), int([2 ** 24, 2 ** 24 + 1, -(2 ** 31)]), int([2 ** 24 + 1, 2 ** 24, 2 ** 31 - 1])),
    bool: plain((a, b) => f(a!, b!), bools(4), tensor(Uint8Array.of(0, 1, 0, 1), [4], 'bool')),
    'with a number': plain(a => f(a!, full([], 1)), ints([5], 3).cast('float32')),
    NaN: plain((a, b) => f(a!, b!), tensor([NaN, NaN, 1, Infinity, -Infinity]), tensor([NaN, 1, NaN, Infinity, 0])),
    empty: plain((a, b) => f(a!, b!), noise([0, 3]), noise([3])),
    'rank 7': plain((a, b) => f(a!, b!), ints([1, 2, 1, 2, 1, 1, 2], 3), ints([2, 1, 1, 2, 1], 3)),
  })

export const elementwiseCases: FamilyCases = {
  ...unary('expm1', x => x.expm1()),
  ...unary('log1p', x => x.log1p(), around(0.5, 0.8)),
  ...unary('tan', x => x.tan()),
  ...unary('asin', x => x.asin(), around(0, 0.6)),
  ...unary('acos', x => x.acos(), around(0, 0.6)),
  ...unary('atan', x => x.atan(), around(0, 2)),
  ...unary('sinh', x => x.sinh()),
  ...unary('cosh', x => x.cosh()),
  ...unary('asinh', x => x.asinh(), around(0, 2)),
  ...unary('acosh', x => x.acosh(), around(2.5, 1)),
  ...unary('atanh', x => x.atanh(), around(0, 0.6)),
  ...unary('softplus', x => x.softplus(), around(0, 3)),
  'softplus/at 0': { f: x => x!.softplus(), x: [zeros([2])] },
  ...unary('square', x => x.square()),
  ...unary('reciprocal', x => x.reciprocal(), around(1.5, 0.5)),
  ...unary('floor', x => x.floor().add(1).mul(x.square()), around(0.5, 0.4)),
  ...unary('ceil', x => x.ceil().add(1).mul(x.square()), around(-1.5, 0.4)),
  ...unary('round', x => x.round().mul(x.square()), around(1, 0.4)),
  'round/halves to even': plain(x => x!.round(), tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388607.5, -4194304.5])),
  ...unary('clip', x => x.clip(-0.25, 0.25).mul(x), distinct, { eps: small }),
  'clip/above alone': { f: x => x!.clip(0.25, Infinity).square(), x: [apart([2, 4])], eps: small },
  'clip/below alone': { f: x => x!.clip(-Infinity, 0.25).square(), x: [apart([2, 4])], eps: small },
  'clip/int32': plain(x => x!.clip(-2, 3), ints([8], 9).sub(4)),
  'clip/int32, above alone': plain(x => x!.clip(-1, Infinity), int([-(2 ** 31), -1, 2 ** 31 - 1])),
  'clip/at the limits': plain(x => x!.clip(0, 6), tensor([0, 6, -1e-30, 6.0000005])),
  ...binary('mod', (a, b) => a.mod(b).square(), around(3, 0.2), around(1.2, 0.05), { eps: small }),
  'mod/negative': {
    f: (a, b) => a!.mod(b!).square(),
    x: [noise([4], { offset: -3, scale: 0.2 }), noise([4], { offset: 1.2, scale: 0.05 })],
    eps: small,
  },
  'mod/negative divisor': {
    f: (a, b) => a!.mod(b!).square(),
    x: [noise([4], { offset: 3, scale: 0.2 }), noise([4], { offset: -1.2, scale: 0.05 })],
    eps: small,
  },
  'mod/all signs': plain((a, b) => a!.mod(b!), tensor([7, -7, 7, -7, 6, -6, 0, 1e-30, -1e9]), tensor([3, 3, -3, -3, 3, 3, -3, 7, 7])),
  'mod/int32': plain((a, b) => a!.mod(b!), left, right),
  'mod/int32, with a number': plain(a => a!.mod(3), ints([2, 5], 20).sub(10)),
  'floorDivide/int32': plain((a, b) => a!.floorDivide(b!), left, right),
  'floorDivide/row': plain((a, b) => a!.floorDivide(b!), ints([2, 3], 20).sub(10), ints([3], 5).add(1)),
  'floorDivide/column and row': plain((a, b) => a!.floorDivide(b!), ints([2, 1], 20).sub(10), ints([1, 3], 5).sub(6)),
  'floorDivide/with a number': plain(a => a!.floorDivide(4), ints([2, 3], 20).sub(10)),
  'floorDivide/by a tensor': plain(b => full([], 17, 'int32').floorDivide(b!), ints([2, 3], 5).add(1)),
  'floorDivide/float32': {
    f: (a, b) => a!.floorDivide(b!).add(1).mul(a!).mul(b!),
    x: [noise([2, 3], { offset: 3, scale: 0.2 }), noise([3], { offset: 1.2, scale: 0.05 })],
    eps: small,
  },
  'floorDivide/empty': plain((a, b) => a!.floorDivide(b!), ints([0, 2], 3), ints([2], 3)),
  'add/int32 wraps': plain((a, b) => a!.add(b!), int([2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1]), int([1, -1, 2 ** 31 - 1])),
  'sub/int32 wraps': plain((a, b) => a!.sub(b!), int([-(2 ** 31), 2 ** 31 - 1]), int([1, -1])),
  'mul/int32 wraps': plain(
    (a, b) => a!.mul(b!),
    int([2 ** 16 + 1, 123456789, -(2 ** 31), 2 ** 31 - 1]),
    int([2 ** 16 + 1, 987654321, -1, 2 ** 31 - 1]),
  ),
  'neg/int32 wraps': plain(a => a!.neg(), int([-(2 ** 31), 2 ** 31 - 1])),
  'pow/negative exponent': { f: x => x!.pow(-2), x: [noise([4], { offset: 2, scale: 0.5 })] },
  'pow/third power of negative numbers': { f: x => x!.pow(3), x: [noise([4])] },
  'pow/root': { f: x => x!.pow(0.5), x: [noise([4], { offset: 2, scale: 0.5 })] },
  'pow/of a number': { f: x => full([], 2).pow(x!), x: [noise([4])] },
  'pow/square at 0': { f: x => x!.pow(2), x: [tensor([0, 1])] },
  'pow/exponent 0': { f: (a, b) => a!.pow(b!), x: [tensor([2, 3]), tensor([0, 0])] },
  'pow/base 0': { f: a => a!.pow(tensor([4, 5])), x: [tensor([0, 0])] },
  ...comparison('greaterEqual', (a, b) => a.greaterEqual(b)),
  ...comparison('lessEqual', (a, b) => a.lessEqual(b)),
  ...comparison('notEqual', (a, b) => a.notEqual(b)),
  ...logic('and', (a, b) => a.and(b)),
  ...logic('or', (a, b) => a.or(b)),
  ...logic('xor', (a, b) => a.xor(b)),
  ...unary('not', x => x.not(), bools),
  ...unary('isNaN', x => x.div(x.sub(x)).isNaN()),
  ...unary('isFinite', x => x.div(x.relu()).isFinite()),
  ...unary('isInfinite', x => x.abs().add(1).div(x.relu()).isInfinite()),
  // only the chosen side may be differentiated: the other is infinite
  'where/a root beside its pole': { f: x => x!.greater(0).where(x!.greater(0).where(x!, 1).sqrt(), 0), x: [tensor([0.5, 2, -1])] },
}

export const controlCases: FamilyCases = {
  'select/tree': {
    f: (c, a, b) => {
      const { p, q } = select(c!, { p: a!.square(), q: [b!] }, { p: b!, q: [a!.exp()] })
      return [p, ...q]
    },
    x: [tensor(1, [], 'bool'), noise([2]), noise([2])],
  },
  'select/the other side': {
    f: (a, b) => select(a!.sum().less(-100), [a!, b!.square()], [b!.exp(), a!]),
    x: [noise([2, 2]), noise([2, 2])],
  },
  'select/by element': {
    f: (a, b) => select(a!.greater(b!), [a!.square()], [b!.exp()])[0]!,
    x: [apart([2, 3]), apart([2, 3]).add(1 / 16)],
    eps: small,
  },
  stopGradient: plain(x => stopGradient(x!.square()), ints([3], 5)),
  'straightThrough/of integers': plain(x => straightThrough(x!.add(1), x!), ints([3], 5)),
}
