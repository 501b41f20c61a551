import { describe, expect, it } from 'vitest'
import { scan, tensor, trace, zeros, type Tensor } from '../index.ts'
import { bounds, checkBound } from './bounds.ts'

const of = (f: (...x: Tensor[]) => unknown, ...x: Tensor[]): [number, number][] => bounds(trace(f, x).graph).map(b => [b.input, b.below])
const ids = (...shape: number[]): Tensor => zeros(shape, 'int32')

describe('bounds', () => {
  it('finds inputs that are indices, through what hands them on, and the tightest of several', () => {
    const [three, nine] = [zeros([3, 2]), zeros([9, 2])]
    expect(of((x, i) => x!.gather(i!), zeros([4, 1]), ids(2))).toEqual([[1, 4]])
    expect(of(i => nine.gather(i!).add(three.gather(i!.reshape([2]))), ids(2))).toEqual([[0, 3]])
    expect(of(i => i!.transpose().broadcastTo([2, 3, 2]).oneHot(5), ids(2, 3))).toEqual([[0, 5]])
    expect(of((i, u) => i!.op('scatterAdd', [u!], { rows: 7 }), ids(3), zeros([3]))).toEqual([[0, 7]])
    expect(of((i, x) => x!.add(i!.cast('float32')), ids(3), zeros([3]))).toEqual([])
  })
  it('looks into loops', () => {
    expect(
      of((x, table) => scan((c: Tensor, i: Tensor): [Tensor, Tensor] => [c, table!.gather(i)], tensor(0), x!)[1], ids(4, 2), zeros([6, 3])),
    ).toEqual([[0, 6]])
  })
  it('does not take parts of an input for the whole', () => {
    expect(of(i => zeros([3]).gather(i!.slice(0, 0, 1)), ids(2))).toEqual([])
    expect(of(i => zeros([3]).gather(i!.greater(0).where(i!, 0)), ids(2))).toEqual([])
  })
  it('say the op, the number and the line', () => {
    const [b] = bounds(trace((i: Tensor) => zeros([3]).gather(i), [ids(2)]).graph)
    expect(() => checkBound(b!, Int32Array.of(0, 2))).not.toThrow()
    expect(() => checkBound(b!, Int32Array.of(0, 3))).toThrow(/gather: index 3 is outside 0 … 2[^]*bounds\.test\.ts:\d+/)
    expect(() => checkBound(b!, Int32Array.of(-1))).toThrow(/index -1/)
  })
})
