import { describe, expect, it } from 'vitest'
import { concat, DTypeError, full, iota, ones, PortolanError, RangeError, ShapeError, stack, tensor, zeros, type Tensor } from '../index.ts'
import { broadcastShapes } from './spec.ts'

const numbers = (t: Tensor): number[] => Array.from(t.dataSync())

describe('tensor', () => {
  it('takes nested arrays, and flat or typed ones with a shape', () => {
    expect([
      tensor([
        [1, 2],
        [3, 4],
      ]).shape,
      tensor(5).shape,
      tensor([]).shape,
      tensor([[], []]).shape,
    ]).toEqual([[2, 2], [], [0], [2, 0]])
    expect(tensor([1, 2, 3, 4], [2, 2]).shape).toEqual([2, 2])
    expect([
      tensor([1]).dtype,
      tensor(new Int32Array(1)).dtype,
      tensor(new Uint8Array(1)).dtype,
      tensor(new Float32Array(1)).dtype,
    ]).toEqual(['float32', 'int32', 'uint8', 'float32'])
    expect(tensor(new Uint8Array([1, 0]), [2], 'bool').dtype).toBe('bool')
  })
  it('refuses numbers that an element type does not hold, where an array of it would wrap them around', () => {
    const message = (low: number, high: number, got: string) =>
      `${high > 255 ? 'int32' : 'uint8'} holds whole numbers from ${low} to ${high}, got ${got}. Compute in float32`
    expect(() => tensor([1, 1.5], [2], 'int32')).toThrow(message(-2147483648, 2147483647, '1.5 at 1'))
    for (const v of [3e9, -2147483649, NaN, Infinity]) expect(() => tensor([[v]], [1, 1], 'int32')).toThrow(RangeError)
    for (const v of [-1, 256, 0.5]) expect(() => tensor(v, [], 'uint8')).toThrow(message(0, 255, `${v} at 0`))
    expect(() => full([2], 1.5, 'int32')).toThrow(message(-2147483648, 2147483647, '1.5'))
    expect(() => iota(3).mul(0.5)).toThrow(RangeError)
    expect(numbers(tensor([-2147483648, 2147483647, -0], [3], 'int32'))).toEqual([-2147483648, 2147483647, 0])
    expect(numbers(tensor([0, 255], [2], 'uint8'))).toEqual([0, 255])
    expect(numbers(tensor([0, 0.5, -2], [3], 'bool'))).toEqual([0, 1, 1])
  })
  it('gives its numbers in the array of its element type', async () => {
    for (const [dtype, kind] of [
      ['float32', Float32Array],
      ['int32', Int32Array],
      ['uint8', Uint8Array],
      ['bool', Uint8Array],
    ] as const) {
      expect(tensor([0, 1], [2], dtype).dataSync()).toEqual(kind.of(0, 1))
      expect(await tensor([0, 1], [2], dtype).reshape([1, 2]).data()).toEqual(kind.of(0, 1))
      expect(await tensor([0, 1]).cast(dtype).data()).toEqual(kind.of(0, 1))
    }
  })
  it('makes 0 and 1 of bools', () => {
    expect(numbers(tensor([2, 0, -1], [3], 'bool'))).toEqual([1, 0, 1])
    expect(numbers(tensor(Uint8Array.of(255, 0), [2], 'bool'))).toEqual([1, 0])
  })
  it('nests them again, and takes out a single one', async () => {
    expect(await tensor([[[1, 2]], [[3, 4]]]).array()).toEqual([[[1, 2]], [[3, 4]]])
    expect(await zeros([2, 0]).array()).toEqual([[], []])
    expect([await tensor([[7]]).item(), tensor(7).itemSync()]).toEqual([7, 7])
    await expect(tensor([1, 2]).item()).rejects.toThrow(/item: needs a tensor of one number, got \[2\]/)
    expect(String(tensor([[1, 2]]))).toBe('Tensor float32 [1,2]')
  })
  it('refuses what does not fit', () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/tensor: \[2,2\] takes 4 numbers, got 3/)
    expect(() => tensor([[1, 2], [3]])).toThrow(/rows must have one shape, got \[2\] and \[1\]/)
    expect(() => tensor(new Float32Array(2), [2], 'int32')).toThrow(/int32 stands on Int32Array, got Float32Array/)
    expect(() => tensor([1, 2, 3, 4], [-2, -2])).toThrow(ShapeError)
  })
})

it('makes ranges and fillings', () => {
  expect([numbers(iota(3)), iota(3).dtype, iota(2, 'float32').dtype, numbers(iota(0))]).toEqual([[0, 1, 2], 'int32', 'float32', []])
  expect([numbers(full([2], 3)), numbers(zeros([1, 2])), numbers(ones([2], 'int32')), full([], 1, 'bool').dtype]).toEqual([
    [3, 3],
    [0, 0],
    [1, 1],
    'bool',
  ])
  expect([numbers(concat([tensor([1]), tensor([2, 3])])), stack([tensor([1, 2]), tensor([3, 4])], -1).shape]).toEqual([
    [1, 2, 3],
    [2, 2],
  ])
  expect(numbers(stack([tensor([1, 2]), tensor([3, 4])], 1))).toEqual([1, 3, 2, 4])
})

it('broadcasts from the right', () => {
  expect(broadcastShapes([2, 1, 3], [4, 1])).toEqual([2, 4, 3])
  expect(broadcastShapes([], [0, 2])).toEqual([0, 2])
  expect(broadcastShapes([1], [0])).toEqual([0])
  expect(() => broadcastShapes([2, 3], [2])).toThrow(/cannot broadcast \[2,3\] with \[2\]: axis 1 has 3 and 2/)
  expect(() => broadcastShapes([0], [2])).toThrow(ShapeError)
})

describe('methods take what users write', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  const cases: [string, Tensor, number[], number[]][] = [
    ['a number beside a tensor', x.add(1), [2, 3], [2, 3, 4, 5, 6, 7]],
    ['a number beside int32', tensor([1, 2], [2], 'int32').mul(3), [2], [3, 6]],
    ['an axis from the end', x.sum(-1), [2], [6, 15]],
    ['axes in any order', x.sum([1, 0]), [], [21]],
    ['no axes', x.sum(), [], [21]],
    ['an open length', x.reshape([-1, 2]), [3, 2], [1, 2, 3, 4, 5, 6]],
    ['flatten', x.reshape([2, 3, 1]).flatten(1), [2, 3], [1, 2, 3, 4, 5, 6]],
    ['flatten of nothing', zeros([0, 2, 3]).flatten(1), [0, 6], []],
    ['slice from the end', x.slice(1, -2), [2, 2], [2, 3, 5, 6]],
    ['slice to the end less one', x.slice(-1, 0, -1), [2, 2], [1, 2, 4, 5]],
    ['parts', x.split(3, 1)[1]!, [2, 1], [2, 5]],
    ['an axis more', x.expandDims(-1), [2, 3, 1], [1, 2, 3, 4, 5, 6]],
    ['an axis less', x.slice(0, 0, 1).squeeze(0), [3], [1, 2, 3]],
    ['axes turned round', x.transpose(), [3, 2], [1, 4, 2, 5, 3, 6]],
    ['limits', x.clip(2, 4), [2, 3], [2, 2, 3, 4, 4, 4]],
    ['the other way round', x.greater(2).not().cast('float32'), [2, 3], [1, 1, 0, 0, 0, 0]],
    ['where with two numbers', x.greater(2).where(1, -1), [2, 3], [-1, -1, 1, 1, 1, 1]],
    ['what was stretched, summed', x.sumTo([3]), [3], [5, 7, 9]],
    ['the same, with axes kept', x.sumTo([2, 1]), [2, 1], [6, 15]],
  ]
  it.each(cases)('%s', (_, y, shape, expected) => {
    expect(y.shape).toEqual(shape)
    expect(numbers(y)).toEqual(expected)
  })
})

describe('methods refuse, with the rule and what was received', () => {
  const x = zeros([2, 3])
  const i = iota(3)
  const cases: [string, () => unknown, new (m: string) => PortolanError, RegExp][] = [
    ['other dtypes', () => x.add(i), DTypeError, /add: both sides must have one dtype, got float32 and int32. Cast one/],
    ['other shapes', () => x.mul(zeros([2])), ShapeError, /mul: cannot broadcast \[2,3\] with \[2\]/],
    ['arithmetic on bools', () => x.greater(0).add(x.less(0)), DTypeError, /bool is for storage, not arithmetic/],
    ['an exponential of integers', () => i.exp(), DTypeError, /exp: needs float32, got int32/],
    ['a mean of integers', () => i.mean(), DTypeError, /mean: needs float32, got int32/],
    ['a product of integers', () => i.reshape([3, 1]).matmul(i.reshape([1, 3])), DTypeError, /matmul: needs float32/],
    ['inner axes', () => x.matmul(x), ShapeError, /inner axes must agree, got 3 and 2 in \[2,3\] and \[2,3\]/],
    ['an axis outside', () => x.sum(2), ShapeError, /axis: a tensor of rank 2 has -2 … 1, got 2/],
    ['an axis twice', () => x.sum([0, -2]), ShapeError, /each must be named once/],
    ['a shape that does not hold', () => x.reshape([4, 2]), ShapeError, /the 6 elements of \[2,3\], got \[4,2\] for 8/],
    ['two open lengths', () => x.reshape([-1, -1]), ShapeError, /cannot hold 6 elements/],
    ['an open length that does not fit', () => x.reshape([-1, 4]), ShapeError, /cannot hold 6 elements/],
    ['negative lengths', () => x.reshape([-2, -3]), ShapeError, /integers ≥ 0/],
    ['a negative shape', () => zeros([-1]), ShapeError, /integers ≥ 0/],
    ['half a length', () => zeros([1.5]), ShapeError, /integers ≥ 0/],
    ['a negative range', () => iota(-1), ShapeError, /integers ≥ 0/],
    ['a slice beyond', () => x.slice(1, 1, 4), ShapeError, /must lie in \[2,3\]/],
    ['a slice backwards', () => x.sliceTo([1, 0], [0, 3]), ShapeError, /must lie in/],
    ['a slice of fewer axes', () => x.sliceTo([0], [2, 3]), ShapeError, /./],
    ['parts that do not divide', () => x.split(2, 1), ShapeError, /does not divide into 2 parts/],
    ['an axis that is not 1', () => x.squeeze(0), ShapeError, /axis 0 of \[2,3\] is not 1/],
    ['a perm that misses one', () => x.transpose([0, 0]), ShapeError, /must name every axis/],
    ['stretching what is not 1', () => x.broadcastTo([2, 6]), ShapeError, /does not broadcast|cannot broadcast/],
    ['parts of other shapes', () => concat([x, zeros([2, 2])]), ShapeError, /all but axis 0 must agree/],
    ['parts of other ranks', () => concat([x, zeros([2])]), ShapeError, /all but axis 0 must agree/],
    ['no parts', () => concat([]), ShapeError, /at least one tensor/],
    ['float indices', () => x.gather(zeros([1])), DTypeError, /indices must be int32/],
    ['rows of a scalar', () => tensor(1).gather(i), ShapeError, /rank 0|no rows/],
    ['a condition of numbers', () => x.where(x, x), DTypeError, /the condition must be bool, got float32/],
    ['the opposite of numbers', () => x.not(), DTypeError, /needs bool, got float32/],
    ['a mean of nothing', () => zeros([0, 2]).mean(0), ShapeError, /no numbers to take a mean of in \[0,2\], axes \[0\]/],
    ['the largest of nothing', () => zeros([2, 0]).max(1), ShapeError, /no numbers/],
    ['its place of nothing', () => zeros([0]).argMax(), ShapeError, /no numbers/],
  ]
  it.each(cases)('%s', (_, f, kind, message) => {
    expect(f).toThrow(kind)
    expect(f).toThrow(message)
  })
  it('names the line that asked for it', () => {
    expect(() => x.matmul(x)).toThrow(/tensor\.test\.ts:\d+/)
  })
})
