import { concat, conv2d, full, iota, maxPool2d, scan, stack, tensor, type Tensor } from '@portolan/core'
import type { ConvAttrs, PoolAttrs } from '@portolan/core/engine'
import { apart, ints, noise, type Fn } from '@portolan/test-kit'

/** A function that uses the op it is named for, and its inputs. */
export interface OpCase {
  f: Fn
  x: Tensor[]
  /** Why its second derivative is not compared with differences. */
  once?: string
}

/** Away from 0. */
const positive = (...shape: number[]): Tensor => noise(shape, { scale: 0.4, offset: 1 })
const linear = 'its gradient does not depend on its inputs'
const unary = (
  op: (x: Tensor) => Tensor,
  numbers: (...shape: number[]) => Tensor = (...shape) => noise(shape),
): Record<string, OpCase> => ({
  '': { f: x => op(x!), x: [numbers(2, 3)] },
  '/scalar': { f: x => op(x!), x: [numbers()] },
  '/size-1 axes': { f: x => op(x!), x: [numbers(1, 2, 1)] },
  '/empty': { f: x => op(x!), x: [numbers(2, 0)] },
})
const binary = (op: (a: Tensor, b: Tensor) => Tensor, left: (...shape: number[]) => Tensor, right = left): Record<string, OpCase> =>
  Object.fromEntries(
    Object.entries({
      '': [
        [2, 3],
        [2, 3],
      ],
      '/row': [[2, 3], [3]],
      '/column and row': [
        [2, 1],
        [1, 3],
      ],
      '/scalars': [[], []],
      '/rank 4': [
        [2, 1, 2, 1],
        [3, 1, 2],
      ],
      '/empty': [
        [0, 2],
        [1, 2],
      ],
    }).map(([name, [a, b]]) => [name, { f: (x, y) => op(x!, y!), x: [left(...a!), right(...b!)] }]),
  )
/** Two tensors of which no two numbers are near. */
const pairs = (op: (a: Tensor, b: Tensor) => Tensor): Record<string, OpCase> => {
  const both = (shape: number[], other: number[]): Tensor[] => [apart(shape), apart(other).add(1 / 16)]
  return {
    '': { f: (a, b) => op(a!, b!).square(), x: both([2, 3], [2, 3]) },
    '/row': { f: (a, b) => op(a!, b!), x: both([2, 3], [3]) },
    '/rank 3': { f: (a, b) => op(a!, b!), x: both([2, 1, 2], [3, 1]) },
    '/int32': { f: (a, b) => op(a!, b!), x: [ints([2, 3], 9), ints([3], 9)] },
  }
}
const comparison = (op: (a: Tensor, b: Tensor) => Tensor): Record<string, OpCase> => ({
  '': { f: (a, b) => op(a!, b!), x: [ints([2, 3], 3).cast('float32'), ints([3], 3).cast('float32')] },
  '/int32': { f: (a, b) => op(a!, b!), x: [ints([2, 3], 3), ints([2, 1], 3)] },
  '/bool': { f: (a, b) => op(a!, b!), x: [ints([4], 2).cast('bool'), tensor(Uint8Array.of(0, 1, 0, 1), [4], 'bool')] },
  '/empty': { f: (a, b) => op(a!, b!), x: [noise([0, 3]), noise([3])] },
})
const reduction = (
  op: (x: Tensor, axes?: number | number[], keep?: boolean) => Tensor,
  numbers: (...shape: number[]) => Tensor,
): Record<string, OpCase> => ({
  '': { f: x => op(x!, 1), x: [numbers(2, 3)] },
  '/kept': { f: x => op(x!.square(), 0, true), x: [numbers(2, 3)] },
  '/two axes': { f: x => op(x!.square(), [0, 2]), x: [numbers(2, 3, 2)] },
  '/all': { f: x => op(x!.square()), x: [numbers(2, 3)] },
  '/no axes': { f: x => op(x!.square(), []), x: [numbers(2, 2)] },
  '/size 1': { f: x => op(x!, 1), x: [numbers(2, 1, 2)] },
})
/** Ops that only move numbers; the square gives them a second derivative. */
const moving = (f: (x: Tensor) => Tensor, ...shape: number[]): OpCase => ({ f: x => f(x!.square()), x: [noise(shape)] })
const conv = (x: number[], w: number[], attrs: Partial<ConvAttrs> = {}, bias = false): OpCase => {
  const one = x.slice(2).map(() => 1)
  const all: ConvAttrs = { stride: one, dilation: one, pads: [...one, ...one].map(() => 0), groups: 1, ...attrs }
  return { f: (x, w, b) => x!.op('conv', b ? [w!, b] : [w!], all), x: [noise(x), noise(w), ...(bias ? [noise([w[0]!])] : [])] }
}
const window2 = (attrs: Partial<ConvAttrs>): ConvAttrs => ({ stride: [1, 1], dilation: [1, 1], pads: [0, 0, 0, 0], groups: 1, ...attrs })
const pool = (shape: number[], attrs: Partial<PoolAttrs> & { kernel: number[] }): OpCase => {
  const one = attrs.kernel.map(() => 1)
  const all: PoolAttrs = { stride: attrs.kernel, dilation: one, pads: [...one, ...one].map(() => 0), ...attrs }
  return { f: x => x!.square().ops('maxPool', [], all), x: [apart(shape).add(shape.reduce((a, b) => a * b) / 8)] } // positive, so that squares are as far apart
}
const int32 = (f: Fn, ...x: Tensor[]): OpCase => ({ f, x })
const named = (op: string, cases: Record<string, OpCase>): Record<string, OpCase> =>
  Object.fromEntries(Object.entries(cases).map(([name, c]) => [op + name, c]))
const masks = { some: tensor(Uint8Array.of(1, 0, 1, 0, 0, 1), [2, 3], 'bool'), column: tensor(Uint8Array.of(1, 0), [2, 1], 'bool') }

const cellOf =
  (w: Tensor) =>
  (c: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = c.matmul(w).add(x).tanh()
    return [next, next.mul(c)]
  }

export const opCases: Record<string, OpCase> = {
  ...named(
    'add',
    binary(
      (a, b) => a.square().add(b.square()),
      (...s) => noise(s),
    ),
  ),
  ...named(
    'sub',
    binary(
      (a, b) => a.square().sub(b.square()),
      (...s) => noise(s),
    ),
  ),
  ...named(
    'mul',
    binary(
      (a, b) => a.mul(b),
      (...s) => noise(s),
    ),
  ),
  ...named(
    'div',
    binary(
      (a, b) => a.div(b),
      (...s) => noise(s),
      positive,
    ),
  ),
  ...named(
    'pow',
    binary((a, b) => a.pow(b), positive),
  ),
  'pow/cube of negative numbers': { f: x => x!.pow(3), x: [noise([4])] },
  ...named(
    'maximum',
    pairs((a, b) => a.maximum(b)),
  ),
  ...named(
    'minimum',
    pairs((a, b) => a.minimum(b)),
  ),
  'add/rank 7': { f: (a, b) => a!.add(b!).square(), x: [noise([1, 2, 1, 2, 1, 1, 2]), noise([2, 1, 1, 2, 1])] },
  'add/int32': int32((a, b) => a!.add(b!), ints([2, 3], 9), ints([3], 9)),
  'sub/int32': int32((a, b) => a!.sub(b!), ints([2, 3], 9), ints([3], 9)),
  'mul/int32': int32((a, b) => a!.mul(b!), ints([2, 3], 9), ints([2, 1], 9)),
  ...named(
    'neg',
    unary(x => x.square().neg()),
  ),
  ...named(
    'abs',
    unary(
      x => x.mul(x.abs()),
      (...s) => apart(s),
    ),
  ),
  ...named(
    'sign',
    unary(
      x => x.sign().mul(x),
      (...s) => apart(s),
    ),
  ),
  'neg/int32': int32(x => x!.neg(), ints([5], 9).sub(4)),
  'abs/int32': int32(x => x!.abs(), ints([5], 9).sub(4)),
  'sign/int32': int32(x => x!.sign(), ints([5], 3).sub(1)),
  'relu/int32': int32(x => x!.relu(), ints([5], 9).sub(4)),
  ...named(
    'exp',
    unary(x => x.exp()),
  ),
  ...named(
    'log',
    unary(x => x.log(), positive),
  ),
  ...named(
    'sqrt',
    unary(x => x.sqrt(), positive),
  ),
  ...named(
    'sin',
    unary(x => x.sin()),
  ),
  ...named(
    'cos',
    unary(x => x.cos()),
  ),
  ...named(
    'erf',
    unary(x => x.erf()),
  ),
  ...named(
    'tanh',
    unary(x => x.tanh()),
  ),
  ...named(
    'sigmoid',
    unary(x => x.sigmoid()),
  ),
  ...named(
    'relu',
    unary(
      x => x.relu().mul(x),
      (...s) => apart(s),
    ),
  ),
  ...named(
    'equal',
    comparison((a, b) => a.equal(b)),
  ),
  ...named(
    'greater',
    comparison((a, b) => a.greater(b)),
  ),
  ...named(
    'less',
    comparison((a, b) => a.less(b)),
  ),
  where: { f: (a, b) => masks.some.where(a!.square(), b!.square()), x: [noise([2, 3]), noise([2, 3])] },
  'where/broadcast': { f: (a, b) => masks.column.where(a!.square(), b!), x: [noise([3]), noise([])] },
  'where/the condition is an argument': { f: (c, a, b) => c!.where(a!, b!.square()), x: [masks.some, noise([3]), noise([2, 1])] },
  'where/int32': int32((a, b) => masks.some.where(a!, b!), ints([3], 9), ints([2, 3], 9)),
  'where/bool': int32((a, b) => masks.some.where(a!, b!), masks.column, masks.some.not()),
  'where/numbers': { f: a => a!.greater(0).where(a!.square(), 0).add(a!.less(0).where(-1, a!)), x: [apart([2, 3])] },
  cast: { f: x => x!.cast('int32').cast('float32').mul(x!.square()), x: [tensor([1.25, -1.5, 0.5, -0.25, 2.75])] },
  'cast/from int32': { f: (x, i) => x!.mul(i!.cast('float32')), x: [noise([4]), ints([4], 9)] },

  ...named(
    'sum',
    reduction(
      (x, axes, keep) => x.sum(axes, keep),
      (...s) => noise(s),
    ),
  ),
  ...named(
    'mean',
    reduction(
      (x, axes, keep) => x.mean(axes, keep),
      (...s) => noise(s),
    ),
  ),
  ...named(
    'max',
    reduction(
      (x, axes, keep) => x.max(axes, keep),
      (...s) => apart(s).add(4),
    ),
  ),
  'sum/empty': { f: x => x!.sum(0), x: [noise([0, 3])] },
  'sum/int32': int32(x => x!.sum([0]), ints([2, 3], 9)),
  'max/int32': int32(x => x!.max(1), ints([2, 3], 9)),
  'max/kept and used': { f: x => x!.sub(x!.max(-1, true)).exp(), x: [apart([2, 4])] },
  argMax: { f: x => x!.argMax(-1), x: [apart([2, 5])] },
  'argMax/first axis': { f: x => x!.argMax(0), x: [apart([3, 2, 2])] },
  'argMax/the first of several': {
    f: x => x!.argMax(1),
    x: [
      tensor([
        [1, 3, 3],
        [2, 2, 2],
      ]),
    ],
  },
  'argMax/int32': int32(x => x!.argMax(1), ints([3, 4], 3)),
  softmax: { f: x => x!.softmax(), x: [noise([2, 3])] },
  'softmax/rank 3': { f: x => x!.softmax(), x: [noise([2, 1, 4])] },
  'softmax/vector': { f: x => x!.softmax(), x: [noise([4])] },
  'softmax/size 1': { f: x => x!.softmax(), x: [noise([2, 1])] },
  'softmax/empty': { f: x => x!.softmax(), x: [noise([0, 3])] },
  logSoftmax: { f: x => x!.logSoftmax(), x: [noise([2, 3])] },
  'logSoftmax/rank 3': { f: x => x!.logSoftmax(), x: [noise([2, 2, 3])] },
  'logSoftmax/size 1': { f: x => x!.logSoftmax(), x: [noise([2, 1])] },

  constant: { f: x => x!.mul(tensor([1, 2, 3])), x: [noise([2, 3])], once: linear },
  'constant/int32': int32(x => x!.add(tensor([1, -2, 3], [3], 'int32')), ints([2, 3], 9)),
  'constant/uint8': int32(x => x!.add(tensor(Uint8Array.of(1, 200, 3)).cast('int32')), ints([2, 3], 9)),
  'constant/bool': { f: x => masks.column.where(x!, 0), x: [noise([2, 3])], once: linear },
  full: { f: x => x!.mul(full([2, 1], 2.5)), x: [noise([2, 3])], once: linear },
  'full/int32': int32(x => x!.add(full([3], -7, 'int32')), ints([2, 3], 9)),
  'full/uint8': int32(() => full([3], 200, 'uint8')),
  'full/bool': int32(x => x!.equal(full([], 1, 'bool')), masks.some),
  iota: int32(x => x!.add(iota(3)), ints([2, 3], 9)),
  'iota/float32': { f: x => x!.mul(iota(3, 'float32')), x: [noise([2, 3])], once: linear },
  'iota/nothing': int32(() => iota(0)),
  reshape: moving(x => x.reshape([3, 2]), 2, 3),
  'reshape/to scalar': moving(x => x.reshape([]), 1, 1),
  'reshape/empty': moving(x => x.reshape([3, 0]), 0, 2),
  'reshape/bool': int32(x => x!.reshape([6]), masks.some),
  broadcastTo: moving(x => x.broadcastTo([2, 3, 2]), 3, 1),
  'broadcastTo/scalar': moving(x => x.broadcastTo([2, 2])),
  'broadcastTo/int32': int32(x => x!.broadcastTo([2, 3]), ints([3], 9)),
  'broadcastTo/bool': int32(x => x!.broadcastTo([3, 2, 3]), masks.some),
  'broadcastTo/rank 6': moving(x => x.broadcastTo([2, 1, 2, 3, 2, 2]), 2, 1, 1, 3, 1, 2),
  transpose: moving(x => x.transpose([2, 0, 1]), 2, 3, 2),
  'transpose/last two': moving(x => x.transpose(), 3, 2),
  'transpose/rank 6': moving(x => x.transpose([5, 0, 3, 1, 4, 2]), 2, 1, 2, 2, 1, 3),
  'transpose/bool': int32(x => x!.transpose(), masks.some),
  concat: { f: (a, b) => concat([a!.square(), b!.square()], 1), x: [noise([2, 1]), noise([2, 3])] },
  'concat/ten': {
    f: (...x) =>
      concat(
        x.map(t => t.square()),
        -1,
      ),
    x: Array.from({ length: 10 }, () => noise([2, 1])),
  },
  'concat/one': { f: x => concat([x!.square()]), x: [noise([2])] },
  'concat/with empty': { f: (a, b) => concat([a!.square(), b!]), x: [noise([2, 2]), noise([0, 2])] },
  'concat/int32': int32((a, b) => concat([a!, b!]), ints([2, 2], 9), ints([1, 2], 9)),
  'concat/bool': int32((a, b) => concat([a!, b!], 1), masks.some, masks.column),
  'concat/stack': { f: (a, b) => stack([a!.square(), b!.square()], 1), x: [noise([2, 3]), noise([2, 3])] },
  slice: moving(x => x.slice(1, 1, 3), 2, 4),
  'slice/several axes': moving(x => x.sliceTo([0, 1, 1], [1, 3, 2]), 2, 3, 2),
  'slice/to empty': moving(x => x.slice(0, 1, 1), 2, 2),
  'slice/int32': int32(x => x!.slice(0, 1), ints([3, 2], 9)),
  'slice/bool': int32(x => x!.slice(1, -2), masks.some),
  'slice/rank 6': moving(x => x.sliceTo([0, 0, 1, 0, 1, 0], [2, 1, 2, 2, 3, 1]), 2, 1, 2, 2, 3, 1),
  pad: moving(x => x.pad([1, 0], [0, 2]), 2, 2),
  'pad/rank 5': moving(x => x.pad([1, 0, 0, 2, 1], [0, 0, 1, 1, 0]), 1, 2, 1, 2, 1),
  'pad/rank 7': moving(x => x.pad([1, 0, 0, 1, 0, 0, 1], [0, 0, 1, 0, 0, 1, 0]), 1, 2, 1, 2, 1, 1, 2),
  'pad/from empty': moving(x => x.pad([2, 0], [1, 0]), 0, 2),
  'pad/int32': int32(x => x!.pad([1], [2]), ints([3], 9)),

  matmul: { f: (a, b) => a!.matmul(b!), x: [noise([2, 3]), noise([3, 2])] },
  'matmul/a transposed': { f: (a, b) => a!.matmul(b!, { transposeA: true }), x: [noise([3, 2]), noise([3, 2])] },
  'matmul/b transposed': { f: (a, b) => a!.matmul(b!, { transposeB: true }), x: [noise([2, 3]), noise([2, 3])] },
  'matmul/both transposed': { f: (a, b) => a!.matmul(b!, { transposeA: true, transposeB: true }), x: [noise([3, 2]), noise([2, 3])] },
  'matmul/batches broadcast': { f: (a, b) => a!.matmul(b!, { transposeB: true }), x: [noise([2, 1, 2, 3]), noise([3, 2, 3])] },
  'matmul/batches, a transposed': { f: (a, b) => a!.matmul(b!, { transposeA: true }), x: [noise([2, 3, 2]), noise([2, 3, 1])] },
  'matmul/bias': {
    f: (a, b, c) => a!.op('matmul', [b!, c!], { transposeA: false, transposeB: true }),
    x: [noise([2, 3]), noise([2, 3]), noise([2])],
  },
  'matmul/batched bias': {
    f: (a, b, c) => a!.op('matmul', [b!, c!], { transposeA: false, transposeB: false }),
    x: [noise([2, 2, 3]), noise([3, 2]), noise([2, 1, 2])],
  },
  'matmul/sum of two products': { f: (a, b, c) => a!.matmul(b!).add(a!.matmul(c!)), x: [noise([2, 2]), noise([2, 2]), noise([2, 2])] },
  'matmul/no inner axis': { f: (a, b) => a!.matmul(b!), x: [noise([2, 0]), noise([0, 2])] },
  'matmul/sizes 1': { f: (a, b) => a!.matmul(b!), x: [noise([1, 1]), noise([1, 1])] },

  conv: conv([2, 2, 4, 3], [2, 2, 2, 2], {}, true),
  'conv/1-d': conv([2, 2, 6], [2, 1, 3], { stride: [2], dilation: [2], pads: [1, 2], groups: 2 }, true),
  'conv/3-d': conv([1, 2, 3, 3, 2], [2, 2, 2, 2, 1], { pads: [1, 0, 0, 0, 1, 1] }),
  'conv/no batch': conv([0, 1, 3, 3], [2, 1, 2, 2], {}, true),
  'conv/convTranspose': {
    f: (g, w) =>
      g!
        .op('convInput', [w!], { ...window2({ stride: [2, 2], pads: [1, 1, 1, 1] }), shape: [1, 1, 4, 4] })
        .op('conv', [w!], window2({ stride: [2, 2], pads: [1, 1, 1, 1] })),
    x: [noise([1, 2, 2, 2]), noise([2, 1, 4, 4])],
  },
  convInput: {
    f: (g, w) => g!.op('convInput', [w!], { ...window2({ pads: [1, 0, 0, 1] }), shape: [1, 2, 3, 3] }),
    x: [noise([1, 2, 3, 3]), noise([2, 2, 2, 2])],
  },
  'convInput/stride 2, a row left over': {
    f: (g, w) => g!.op('convInput', [w!], { ...window2({ stride: [2, 2] }), shape: [1, 1, 4, 5] }),
    x: [noise([1, 2, 2, 2]), noise([2, 1, 2, 2])],
  },
  convFilter: {
    f: (x, g) => x!.op('convFilter', [g!], { ...window2({ pads: [1, 0, 0, 1] }), shape: [2, 2, 2, 2] }),
    x: [noise([1, 2, 3, 3]), noise([1, 2, 3, 3])],
  },
  'convFilter/stride 2, groups': {
    f: (x, g) => x!.op('convFilter', [g!], { ...window2({ stride: [2, 2], groups: 2 }), shape: [2, 1, 2, 2] }),
    x: [noise([1, 2, 5, 4]), noise([1, 2, 2, 2])],
  },
  maxPool: pool([1, 2, 4, 5], { kernel: [2, 2] }),
  'maxPool/overlapping': pool([1, 1, 5, 5], { kernel: [3, 3], stride: [2, 2], pads: [1, 1, 1, 1] }),
  'maxPool/dilation': pool([1, 1, 5, 4], { kernel: [2, 2], stride: [1, 1], dilation: [2, 2] }),
  'maxPool/1-d': pool([2, 2, 6], { kernel: [2] }),
  'maxPool/3-d': pool([1, 1, 2, 4, 4], { kernel: [2, 2, 2] }),
  'maxPool/after a convolution': { f: (x, w) => maxPool2d(conv2d(x!, w!), 2), x: [apart([1, 1, 5, 5]), apart([2, 1, 2, 2], 1)] },
  maxUnpool: {
    f: g =>
      g!.square().op('maxUnpool', [tensor([0, 5, 10, 5], [1, 1, 2, 2], 'int32')], {
        kernel: [2, 2],
        stride: [1, 1],
        pads: [0, 0, 0, 0],
        dilation: [1, 1],
        shape: [1, 1, 3, 4],
      }),
    x: [noise([1, 1, 2, 2])],
  },

  layerNorm: { f: (x, w, b) => x!.ops('layerNorm', [w!, b!], { epsilon: 1e-5 }), x: [apart([2, 4]), positive(4), noise([4])] },
  'layerNorm/rank 3': { f: (x, w, b) => x!.op('layerNorm', [w!, b!], { epsilon: 0.1 }), x: [apart([2, 1, 3]), positive(3), noise([3])] },
  'layerNorm/size 1': {
    f: (x, w, b) => x!.op('layerNorm', [w!, b!], { epsilon: 1e-5 }),
    x: [noise([2, 1]), positive(1), noise([1])],
    once: 'dividing by √ε magnifies rounding 300 times',
  },
  'layerNorm/empty': { f: (x, w, b) => x!.op('layerNorm', [w!, b!], { epsilon: 1e-5 }), x: [noise([0, 3]), positive(3), noise([3])] },
  batchNorm: { f: (x, w, b) => x!.ops('batchNorm', [w!, b!], { epsilon: 1e-5 }), x: [apart([3, 2]), positive(2), noise([2])] },
  'batchNorm/images': {
    f: (x, w, b) => x!.ops('batchNorm', [w!, b!], { epsilon: 1e-3 }),
    x: [apart([2, 2, 2, 2]), positive(2), noise([2])],
  },
  'batchNorm/output alone': {
    f: (x, w, b) => x!.op('batchNorm', [w!, b!], { epsilon: 1e-5 }),
    x: [apart([2, 1, 3]), positive(1), noise([1])],
  },

  gather: { f: (x, i) => x!.square().gather(i!), x: [noise([4, 2]), ints([2, 3], 4)] },
  'gather/scalar index': { f: (x, i) => x!.square().gather(i!), x: [noise([4, 2]), tensor(2, [], 'int32')] },
  'gather/numbers': { f: (x, i) => x!.square().gather(i!), x: [noise([3]), ints([4], 3)] },
  'gather/nothing': { f: (x, i) => x!.square().gather(i!), x: [noise([3, 2]), ints([0], 3)] },
  'gather/int32': int32((x, i) => x!.gather(i!), ints([4, 2], 9), ints([3], 4)),
  scatterAdd: { f: (i, u) => i!.op('scatterAdd', [u!.square()], { rows: 3 }), x: [ints([2, 3], 3), noise([2, 3, 2])] },
  'scatterAdd/numbers': { f: (i, u) => i!.op('scatterAdd', [u!.square()], { rows: 4 }), x: [ints([5], 4), noise([5])] },
  'scatterAdd/nothing': { f: (i, u) => i!.op('scatterAdd', [u!], { rows: 2 }), x: [ints([0], 2), noise([0, 2])] },
  oneHot: { f: (i, x) => i!.oneHot(3).mul(x!.square()), x: [ints([2, 2], 3), noise([3])] },
  'oneHot/depth 1': { f: i => i!.oneHot(1), x: [ints([3], 1)] },
  'oneHot/scalar': { f: i => i!.oneHot(4), x: [tensor(2, [], 'int32')] },

  randomBits: { f: s => s!.op('randomBits', [], { shape: [2, 3], bits: 24 }), x: [tensor([123456789, -987654321, 5], [3], 'int32')] },
  scan: {
    f: (h, x, w) => {
      const [last, all] = scan(cellOf(w!), h!, x!)
      return [last, all]
    },
    x: [noise([2, 2]), noise([3, 2, 2]), noise([2, 2])],
  },
  'scan/reverse': {
    f: (h, x) =>
      scan(
        (c, v) => {
          const n = c.mul(v).add(1)
          return [n, n.sin()]
        },
        h!,
        x!,
        { reverse: true },
      )[1],
    x: [noise([2]), noise([3, 2])],
  },
  'scan/one step': { f: (h, x, w) => scan(cellOf(w!), h!, x!), x: [noise([1, 2]), noise([1, 1, 2]), noise([2, 2])] },
  'scan/no result at each step': { f: (h, x) => scan((c, v) => [c.mul(v).add(c), []], h!, x!)[0], x: [noise([2]), noise([4, 2])] },
  'scan/nested': {
    f: (h, x) =>
      scan(
        (c, row) =>
          scan(
            (d, v) => {
              const n = d.mul(v).add(v)
              return [n, n]
            },
            c,
            row,
          ),
        h!,
        x!,
      ),
    x: [noise([2]), noise([2, 3, 2])],
  },
  'scan/int32 beside floats': {
    f: (h, x, i) => scan((c, { v, k }) => [c.mul(v), c.add(k.cast('float32'))], h!, { v: x!, k: i! }),
    x: [noise([2]), noise([3, 2]), ints([3, 2], 5)],
  },
  barrier: { f: (x, after) => x!.square().op('barrier', [after!], {}), x: [noise([2, 3]), noise([2])] },
  'barrier/scalar': { f: (x, after) => x!.square().op('barrier', [after!], {}), x: [noise([]), noise([2])] },
}
