import { arange, concat, stack, tensor, type PadMode, type Tensor } from '@portolan/core'
import { ints, noise } from '@portolan/test-kit'
import { moving, named, plain, type FamilyCases } from './family-cases.ts'

const bools = (...shape: number[]): Tensor => ints(shape, 2).cast('bool')
const modes: PadMode[] = ['reflect', 'edge', 'wrap']

export const shapeCases: FamilyCases = {
  ...named('slice', {
    'every second': moving(x => x.slice(0, 0, undefined, 2), 6, 2),
    'from the second': moving(x => x.slice(1, 1, undefined, 2), 2, 5),
    'every third, middle axis': moving(x => x.slice(1, 1, -1, 3), 2, 9, 2),
    'longer than the axis': moving(x => x.slice(0, 1, undefined, 9), 4),
    nothing: moving(x => x.slice(0, 2, 2, 2), 4),
    reversed: moving(x => x.slice(0, -1, undefined, -1), 4, 2),
    'down, every second': moving(x => x.slice(1, -1, undefined, -2), 2, 6),
    'down to': moving(x => x.slice(0, 5, 1, -3), 7),
    'empty rows': moving(x => x.slice(1, 0, undefined, 2), 0, 4),
    'int32, every second': plain(x => x!.slice(1, 1, undefined, 2), ints([2, 5], 9)),
    'bool, reversed': plain(x => x!.slice(1, -1, undefined, -1), bools(2, 4)),
    'rank 6, every second': moving(x => x.slice(3, 0, undefined, 2), 2, 1, 2, 4, 1, 2),
  }),
  ...named('split', {
    equal: moving(x => x.split(3, 0), 6, 2),
    unequal: moving(x => x.split([1, 3, 2], 1), 2, 6),
    'with nothing': moving(x => x.split([0, 2]), 2),
    'ten parts': moving(x => x.split(10, 0), 10),
    int32: plain(x => x!.split([2, 1], 0), ints([3, 2], 9)),
  }),
  ...named('flip', {
    '': moving(x => x.flip(), 2, 3),
    'one axis': moving(x => x.flip(0), 3, 2),
    'last of rank 3': moving(x => x.flip(-1), 2, 2, 3),
    'two axes': moving(x => x.flip([0, 2]), 2, 2, 3),
    'no axis': moving(x => x.flip([]), 2, 2),
    'size 1': moving(x => x.flip(1), 3, 1),
    empty: moving(x => x.flip(0), 2, 0),
    'rank 6': moving(x => x.flip([0, 3, 5]), 2, 1, 2, 3, 1, 2),
    'rank 7': moving(x => x.flip([0, 6]), 2, 1, 1, 2, 1, 1, 3),
    int32: plain(x => x!.flip(0), ints([4, 2], 9)),
    bool: plain(x => x!.flip([0, 1]), bools(3, 4)),
  }),
  ...named(
    'pad',
    Object.fromEntries(
      modes.flatMap(mode => [
        [`${mode}, last axis`, moving(x => x.pad([0, 2], [0, 1], { mode }), 2, 4)],
        [`${mode}, image`, moving(x => x.pad([0, 0, 1, 2], [0, 0, 2, 1], { mode }), 1, 1, 3, 3)],
        [`${mode}, first axis`, moving(x => x.pad([1, 0], [2, 0], { mode }), 3, 2)],
        [`${mode}, one side`, moving(x => x.pad([0], [2], { mode }), 3)],
        [`${mode}, no side`, moving(x => x.pad([0], [0], { mode }), 3)],
        [`${mode}, int32`, plain(x => x!.pad([1], [2], { mode }), ints([3], 9))],
        [`${mode}, bool`, plain(x => x!.pad([1, 0], [0, 2], { mode }), bools(2, 3))],
        [`${mode}, empty rows`, moving(x => x.pad([0, 1], [0, 1], { mode }), 0, 3)],
      ]),
    ),
  ),
  'pad/value': moving(x => x.pad([1, 0], [0, 2], { value: 1.5 }), 2, 2),
  'pad/infinite value': plain(x => x!.pad([1], [0], { value: -Infinity }), noise([2])),
  'pad/both infinities': plain(x => [x!.pad([1], [0], { value: -Infinity }), x!.pad([1], [0], { value: Infinity })], noise([2])),
  'pad/value, int32': plain(x => x!.pad([1, 2], [0, 1], { value: -3 }), ints([2, 2], 9)),
  'pad/value, bool': plain(x => x!.pad([1], [1], { value: 1 }), bools(3)),
  'pad/value, rank 7': moving(x => x.pad([1, 0, 0, 1, 0, 0, 1], [0, 0, 1, 0, 0, 1, 0], { value: 2 }), 1, 2, 1, 2, 1, 1, 2),
  ...named('roll', {
    '': moving(x => x.roll(2, 0), 5),
    down: moving(x => x.roll(-1, 1), 2, 4),
    'more than once around': moving(x => x.roll(7, 0), 3, 2),
    'not at all': moving(x => x.roll(3, 0), 3),
    empty: moving(x => x.roll(1, 0), 0, 2),
    int32: plain(x => x!.roll(1, 0), ints([3], 9)),
  }),
  ...named('tile', {
    '': moving(x => x.tile([2, 1]), 2, 3),
    'last axis': moving(x => x.tile([1, 3]), 2, 2),
    both: moving(x => x.tile([2, 2]), 2, 2),
    once: moving(x => x.tile([1, 1]), 2, 2),
    'rank 5': moving(x => x.tile([2, 1, 2, 1, 2]), 1, 2, 1, 1, 2),
    never: moving(x => x.tile([0]), 2),
    int32: plain(x => x!.tile([2]), ints([3], 9)),
    bool: plain(x => x!.tile([2, 1]), bools(1, 3)),
  }),
  ...named('stack', {
    '': { f: (a, b) => stack([a!.square(), b!.square()]), x: [noise([2]), noise([2])] },
    'last axis': { f: (a, b) => stack([a!.square(), b!.square()], -1), x: [noise([2, 2]), noise([2, 2])] },
    scalars: { f: (a, b) => stack([a!.square(), b!.square()]), x: [noise([]), noise([])] },
    twelve: {
      f: (...x) =>
        stack(
          x.map(t => t.square()),
          1,
        ),
      x: Array.from({ length: 12 }, () => noise([2])),
    },
  }),
  'concat/axis from the end': { f: (a, b) => concat([a!.square(), b!.square()], -2), x: [noise([1, 2]), noise([2, 2])] },
  'swapAxes/': moving(x => x.swapAxes(0, -1), 2, 1, 3),
  'swapAxes/same': moving(x => x.swapAxes(1, -1), 2, 3),
  'arange/int32': plain(x => x!.add(arange(2, 11, { step: 3 })), ints([3], 9)),
  'arange/float32': { f: x => x!.square().mul(arange(1, 0, { step: -0.25 })), x: [noise([4])] },
  'arange/nothing': plain(() => arange(3, 1)),
  'full/infinities and NaN': plain(x => [x!.less(Infinity), x!.greater(-Infinity), x!.equal(NaN)], tensor([1, Infinity, -Infinity])),
}
