import { addAlong, arange, compile, einsum, grad, ready, scatterAdd, select, tensor, zeros, type Tensor } from '@portolan/core'
import { ints } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const x = zeros([2, 3])
const i = (...data: number[]): Tensor => tensor(Int32Array.from(data))
const bool = tensor([1, 0], [2], 'bool')

/** Name of the op, rule, what was received; the fix where there is one. */
describe('what does not fit is refused in words', () => {
  const refusals: Record<string, [f: () => unknown, message: RegExp]> = {
    'dtypes of an operation': [() => x.mod(i(1, 2, 3)), /mod: both sides must have one dtype, got float32 and int32\. Cast one/],
    'integers to divide': [() => i(4).div(2), /div: needs float32, got int32\. Cast it: x\.cast\('float32'\)/],
    'logic on numbers': [() => x.and(x), /and: needs bool, got float32\. Compare first: x\.greater\(0\)/],
    'the other side of logic': [() => bool.or(i(1, 0)), /or: needs bool, got int32/],
    'a logical not': [() => x.not(), /not: needs bool, got float32/],
    'NaN as a limit': [() => x.clip(NaN, 1), /clip: the limits must be numbers, got NaN and 1/],
    'an axis outside': [() => x.cumsum(2), /axis: a tensor of rank 2 has -2 … 1, got 2/],
    'an axis twice': [() => x.min([0, -2]), /axes: each must be named once, got \[0,-2\]/],
    'the smallest of nothing': [() => zeros([0, 3]).min(0), /min: no numbers to choose from: axis 0 of \[0,3\] is empty/],
    'a sum of bools': [() => bool.sum(), /sum: bool is for storage, not arithmetic\. Cast it/],
    'an order of norms': [() => x.norm(1, { order: 0.5 }), /norm: order must be a number from 1 to Infinity, got 0\.5/],
    'more than there is': [() => x.topK(4), /topK: k must be an integer from 0 to the 3 numbers of an axis, got 4/],
    'half a number': [() => x.topK(1.5), /got 1\.5/],
    'the order of bools': [() => bool.sort(), /topK: bool has no order\. Cast it/],
    'inner axes': [() => x.matmul(zeros([2])), /matmul: inner axes must agree, got 3 and 2/],
    'products of integers': [() => i(1, 2).matmul(i(3, 4)), /matmul: needs float32, got int32/],
    'outer of a matrix': [() => x.outer(zeros([2])), /outer: needs two vectors, got \[2,3\] and \[2\]/],
    'a triangle of a vector': [() => zeros([3]).tril(), /a triangle needs two axes or more, got \[3\]/],
    'an equation for others': [() => einsum('ij,jk->ik', x), /einsum: 'ij,jk->ik' names 2 operands, got 1/],
    'an equation of two arrows': [() => einsum('ij->i->j', x), /has more than one '->'/],
    'a term that is no term': [() => einsum('i1->i', x), /has the term 'i1'/],
    'a term of another rank': [() => einsum('ijk->i', x), /has the term 'ijk' for an operand of rank 2/],
    'an axis from nowhere': [() => einsum('ij->k', x), /gives the axis k, which no operand has/],
    'an axis given twice': [() => einsum('ij->ii', x), /gives an axis twice/],
    'axes of two lengths': [() => einsum('ij,ij->', x, zeros([2, 2])), /einsum: axis j of 'ij,ij->' is 3 and 2/],
    'a diagonal of two lengths': [() => einsum('ii->i', x), /einsum: axis i .*3/],
    'a slice outside': [() => x.slice(1, 2, 7, 2), /slice: 2 … 7 is outside axis 1 of \[2,3\]/],
    'a step of 0': [() => x.slice(0, 0, 2, 0), /slice: step must be an integer other than 0, got 0/],
    'parts that are not equal': [() => x.split(2), /split: axis -1 of \[2,3\] does not divide into 2 parts/],
    'parts that do not add up': [() => x.split([1, 1]), /split: the sizes \[1,1\] do not add up to axis -1 of \[2,3\]/],
    'too much to reflect': [
      () => x.pad([0, 3], [0, 0], { mode: 'reflect' }),
      /pad: mode reflect finds 2 numbers to continue axis 1 of \[2,3\] with, not 3/,
    ],
    'no border to repeat': [() => zeros([0]).pad([1], [0], { mode: 'edge' }), /pad: mode edge finds 0 numbers/],
    'padding of another rank': [
      () => x.pad([1], [1], { mode: 'wrap' }),
      /pad: before and after must be one number for each axis of \[2,3\]/,
    ],
    'tiles of another rank': [() => x.tile([2]), /tile: needs one number for each axis of \[2,3\], got \[2\]/],
    'an index of floats': [() => x.gather(zeros([2])), /gather: indices must be int32, got float32\. Cast them: index\.cast\('int32'\)/],
    'an index of another shape': [
      () => x.takeAlong(i(0, 1), 1),
      /takeAlong: the index must have the shape of \[2,3\] but for axis 1, got \[2\]/,
    ],
    'places of too many axes': [() => x.gatherND(ints([2, 3], 2)), /gatherND: the last axis of the index must be 1 … 2/],
    'updates of another shape': [
      () => scatterAdd(i(0, 1), zeros([3, 2]), { rows: 4 }),
      /scatterAdd: updates must have the shape of the index \[2\] from axis 0 on, got \[3,2\]/,
    ],
    'numbers without their places': [
      () => addAlong(i(0, 1), zeros([3]), { length: 4 }),
      /addAlong: index and updates must have one shape, got \[2\] and \[3\]/,
    ],
    'an endless range': [() => arange(0, Infinity), /arange: start, stop and step must be finite, the step not 0/],
    'a standing range': [() => arange(0, 3, { step: 0 }), /the step not 0, got 0, 3, 0/],
    'two trees': [() => select(bool, [x], [x, x]), /select: both sides need the same tensors, got 1 and 2/],
    'a gradient that is no scalar': [() => grad((v: Tensor) => v.sort())(x), /a gradient needs a scalar, got \[2,3\]/],
  }
  for (const [name, [f, message]] of Object.entries(refusals)) it(name, () => expect(f).toThrow(message))
})

describe('an index outside is found before it is used', () => {
  const uses: Record<string, { f: (index: Tensor) => Tensor; good: Tensor; bad: Tensor; message: RegExp }> = {
    gather: { f: k => x.gather(k), good: i(0, 1), bad: i(0, 2), message: /index 2 is outside 0 … 1/ },
    'gather from below': { f: k => x.gather(k), good: i(0, 1), bad: i(0, -1), message: /index -1 is outside 0 … 1/ },
    'gather along axis 1': { f: k => x.gather(k, 1), good: i(0, 2), bad: i(0, 3), message: /index 3 is outside 0 … 2/ },
    takeAlong: { f: k => x.takeAlong(k.reshape([1, -1]), 1), good: i(0, 2), bad: i(1, 3), message: /index 3 is outside 0 … 2/ },
    gatherND: { f: k => x.gatherND(k), good: i(1, 2), bad: i(1, 3), message: /index 3 is outside 0 … 2/ },
    scatterAdd: { f: k => scatterAdd(k, zeros([2, 3]), { rows: 4 }), good: i(0, 3), bad: i(4, 0), message: /index 4 is outside 0 … 3/ },
    addAlong: { f: k => addAlong(k, zeros([2]), { length: 4 }), good: i(0, 3), bad: i(0, -1), message: /index -1 is outside 0 … 3/ },
  }
  for (const [name, { f, good, bad, message }] of Object.entries(uses))
    it(name, async () => {
      expect(() => f(bad)).toThrow(message)
      for (const engine of Object.values(engines)) {
        const step = compile(f, { engine })
        await step(good)
        await expect(step(bad)).rejects.toThrow(message)
      }
    })
})
