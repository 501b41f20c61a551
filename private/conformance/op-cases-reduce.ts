import { tensor, type Tensor } from '@portolan/core'
import { apart, ints, noise } from '@portolan/test-kit'
import { along, around, distinct, plain, reduction, type FamilyCases } from './family-cases.ts'

const bools = (...shape: number[]): Tensor => ints(shape, 2).cast('bool')
const small = 2 ** -6
/** Apart from each other, and positive. */
const positive = (...shape: number[]): Tensor => apart(shape).add(4)
const int = (data: number[]): Tensor => tensor(Int32Array.from(data))
const options = [false, true].flatMap(exclusive => [false, true].map(reverse => ({ exclusive, reverse })))
const suffix = ({ exclusive, reverse }: (typeof options)[number]): string =>
  `${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`
const renamed = (cases: FamilyCases, more: string): FamilyCases =>
  Object.fromEntries(Object.entries(cases).map(([name, c]) => [`${name}${more && !name.includes('/') ? '/' : ''}${more}`, c]))

export const reduceCases: FamilyCases = {
  ...reduction('min', (x, axes, keep) => x.min(axes, keep).square(), positive, { eps: small }),
  'min/int32': plain(x => x!.min(1), int([-(2 ** 31), 0, 2 ** 31 - 1, 2 ** 24 + 1, 2 ** 24, 2 ** 24 + 2]).reshape([2, 3])),
  'max/int32 extremes': plain(x => x!.max(1), int([-(2 ** 31), 0, 2 ** 31 - 1, 2 ** 24 + 1, 2 ** 24, -1]).reshape([2, 3])),
  ...along('argMin', (x, axis) => x.argMin(axis), distinct),
  'argMin/the first of several': plain(
    x => x!.argMin(1),
    tensor([
      [3, 1, 1],
      [2, 2, 2],
    ]),
  ),
  'argMin/int32': plain(x => x!.argMin(0), ints([4, 3], 3)),
  ...reduction('prod', (x, axes, keep) => x.prod(axes, keep)),
  'prod/one zero': {
    f: x => x!.prod(1),
    x: [
      tensor([
        [2, 0, 3],
        [-1, 1, 0.5],
      ]),
    ],
  },
  'prod/two zeros': {
    f: x => x!.prod(),
    x: [
      tensor([
        [1, 0, 0.5],
        [0, 1, 2],
      ]),
    ],
  },
  'prod/seven': { f: x => x!.prod(0), x: [noise([7, 2])] },
  'prod/of nothing': { f: x => x!.prod(0), x: [noise([0, 2])] },
  'prod/int32 wraps': plain(x => x!.prod(1), int([65537, 65537, 3, -5, 7, 123456789]).reshape([2, 3])),
  ...reduction('logSumExp', (x, axes, keep) => x.logSumExp(axes, keep), around(0, 2)),
  'logSumExp/far away': plain(
    x => x!.logSumExp(1),
    tensor([
      [1e4, 1e4 - 1, 1e4 - 2],
      [-1e4, -1e4, -1e4],
      [-Infinity, 0, 1],
    ]),
  ),
  ...reduction('variance', (x, axes, keep) => x.variance(axes, { keepDims: keep, correction: 0 }), around(1, 1)),
  'variance/correction 1': { f: x => x!.variance(1), x: [noise([2, 3])] },
  'variance/correction 1, kept': { f: x => x!.variance([0, 2], { keepDims: true }), x: [noise([2, 3, 2])] },
  ...reduction('std', (x, axes, keep) => x.std(axes, { keepDims: keep, correction: 0 }), distinct, {
    without: ['no axes', 'size 1'],
    eps: small,
  }),
  'std/correction 1': { f: x => x!.std(1), x: [apart([2, 3])], eps: small },
  ...reduction('norm', (x, axes, keep) => x.norm(axes, { keepDims: keep }), around(1, 0.5)),
  ...Object.fromEntries(
    [1, 1.5, 3, 4, Infinity].flatMap(order => [
      [
        `norm/order ${order}`,
        {
          f: (x: Tensor) => x.norm(1, { order }).square(),
          x: [apart([2, 3]).add(0)],
          eps: 2 ** -7,
          ...(order === 1.5 && { once: 'its curvature grows without end at 0' }),
        },
      ],
      [
        `norm/order ${order}, all, kept`,
        { f: (x: Tensor) => x.norm(undefined, { order, keepDims: true }), x: [positive(2, 2)], eps: small },
      ],
      [`norm/order ${order}, empty`, { f: (x: Tensor) => x.norm(1, { order }), x: [noise([0, 2])] }],
    ]),
  ),
  ...reduction('any', (x, axes, keep) => x.any(axes, keep), bools),
  ...reduction('all', (x, axes, keep) => x.all(axes, keep), bools),
  'any/of nothing': plain(x => x!.any(0), bools(0, 2)),
  'all/of nothing': plain(x => x!.all(0), bools(0, 2)),
  'any/numbers': plain(
    x => x!.any(1),
    tensor([
      [0, 0],
      [0, -1e-30],
    ]),
  ),
  'all/int32': plain(x => x!.all(1), ints([4, 2], 2)),
  ...Object.assign(
    {},
    ...options.map(o =>
      renamed(
        along('cumsum', (x, axis) => x.square().cumsum(axis, o)),
        suffix(o),
      ),
    ),
  ),
  'cumsum/int32': plain(x => x!.cumsum(0), ints([4, 2], 9)),
  'cumsum/int32 wraps': plain(x => x!.cumsum(0, { reverse: true }), int([2 ** 31 - 1, 2 ** 31 - 1, 5])),
  'cumsum/of nothing': { f: x => x!.cumsum(1), x: [noise([2, 0])] },
  ...Object.assign(
    {},
    ...options.map(o =>
      renamed(
        along('cumprod', (x, axis) => x.cumprod(axis, o)),
        suffix(o),
      ),
    ),
  ),
  'cumprod/zeros': { f: x => x!.cumprod(0), x: [tensor([2, 0, 3, 0, -1])] },
  'cumprod/int32': plain(x => x!.cumprod(1), ints([2, 5], 5).sub(2)),
  ...along('softmax', (x, axis) => x.softmax(axis)),
  ...along('logSoftmax', (x, axis) => x.logSoftmax(axis)),
  ...along('sort', (x, axis) => x.square().sort(axis), positive, { eps: small }),
  ...along('argSort', (x, axis) => x.argSort(axis, { descending: true }), distinct),
  'argSort/stable': plain(x => [x!.argSort(1), x!.argSort(1, { descending: true })], ints([2, 60], 3).cast('float32')),
  'argSort/stable, int32': plain(x => [x!.argSort(0), x!.argSort(0, { descending: true })], ints([60, 2], 3)),
  ...along('topK', (x, axis) => Object.values(x.square().topK(Math.min(2, x.shape.at(axis)!), { axis })), positive, { eps: small }),
  'topK/smallest': { f: x => x!.topK(3, { largest: false }).values.square(), x: [apart([2, 5])], eps: small },
  'topK/all': { f: x => x!.square().topK(4).values, x: [positive(2, 4)], eps: small },
  'topK/none': plain(x => Object.values(x!.topK(0)), ints([2, 3], 5)),
  'topK/ties': plain(x => Object.values(x!.topK(25)), ints([2, 60], 4).cast('float32')),
  'topK/int32': plain(x => Object.values(x!.topK(2)), int([2 ** 24, 2 ** 24 + 1, -(2 ** 31), 2 ** 31 - 1]).reshape([1, 4])),
  'sum/int32 wraps': plain(x => x!.sum(), int([2 ** 31 - 1, 2 ** 31 - 1, 7])),
}
