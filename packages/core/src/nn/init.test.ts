import { describe, expect, it } from 'vitest'
import '../index.ts' // a layer needs an engine
import { HostRng } from '../random/host-rng.ts'
import { RangeError, ShapeError } from '../errors.ts'
import {
  constant,
  fanIn,
  fanOut,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  orthogonal,
  truncatedNormal,
  uniform,
  uninitialized,
  xavierNormal,
  xavierUniform,
  type Initializer,
} from './init.ts'
import { Linear } from './linear.ts'

const shape = [40, 20, 5, 5] // fanIn 500, fanOut 1000
const draw = (init: Initializer, of = shape): number[] => {
  const next = init(of, new HostRng(3))
  return Array.from({ length: of.reduce((a, b) => a * b, 1) }, next)
}
const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const variance = (x: number[]): number => mean(x.map(v => v ** 2)) - mean(x) ** 2

describe('initializers', () => {
  it('count what goes in and out', () => {
    expect([fanIn(shape), fanOut(shape)]).toEqual([500, 1000])
    expect([fanIn([7, 3]), fanOut([7, 3])]).toEqual([3, 7])
  })

  // of 20,000 numbers a variance has a standard error of 1 % (normal) or less
  it.each<[string, Initializer, number, 'even' | 'bell' | 'cut']>([
    ['uniform', uniform(0.3), 0.09 / 3, 'even'],
    ['normal', normal(0.2), 0.04, 'bell'],
    ['xavierUniform', xavierUniform(2), (2 * 4) / 1500, 'even'],
    ['xavierNormal', xavierNormal(), 2 / 1500, 'bell'],
    ['heUniform', heUniform(), 2 / 500, 'even'],
    ['heUniform for a leaky ReLU', heUniform({ slope: Math.sqrt(5) }), 2 / 6 / 500, 'even'],
    ['heNormal', heNormal({ mode: 'out' }), 2 / 1000, 'bell'],
    ['lecunUniform', lecunUniform, 1 / 500, 'even'],
    ['lecunNormal', lecunNormal, 1 / 500, 'bell'],
    ['truncatedNormal', truncatedNormal(0.1), 0.01 * 0.7737413, 'cut'], // 1 − 2·2φ(2)/(2Φ(2) − 1)
  ])('%s has its variance around 0, and its bounds', (_, init, expected, form) => {
    const x = draw(init)
    expect(Math.abs(mean(x))).toBeLessThan(4 * Math.sqrt(expected / x.length))
    expect(Math.abs(variance(x) / expected - 1)).toBeLessThan(0.04)
    const largest = Math.max(...x.map(Math.abs))
    const [least, most] =
      form === 'bell'
        ? [3.3 * Math.sqrt(expected), Infinity]
        : form === 'even'
          ? [0.99 * Math.sqrt(3 * expected), Math.sqrt(3 * expected)]
          : [0.199, 0.2]
    expect(largest).toBeGreaterThan(least)
    expect(largest).toBeLessThanOrEqual(most)
  })

  it.each([
    [4, 10],
    [10, 4],
    [6, 3, 2],
  ])('orthogonal: rows or columns of [%i, %i, …] at right angles, of the length of the gain', (...of) => {
    const [rows, columns] = [of[0]!, fanIn(of)]
    const x = draw(orthogonal(3), of)
    const vectors =
      rows <= columns
        ? Array.from({ length: rows }, (_, i) => x.slice(i * columns, (i + 1) * columns))
        : Array.from({ length: columns }, (_, j) => x.filter((_, i) => i % columns === j))
    for (const [i, a] of vectors.entries())
      for (const [j, b] of vectors.entries()) expect(a.reduce((s, v, k) => s + v * b[k]!, 0)).toBeCloseTo(i === j ? 9 : 0, 10)
  })

  it('say what they do not take', () => {
    expect(() => draw(orthogonal(), [4])).toThrow(ShapeError)
    expect(() => truncatedNormal(1, { bound: 0 })).toThrow(RangeError)
    expect(draw(constant(2), [3])).toEqual([2, 2, 2])
  })

  it('are not asked while a model is made that is about to be loaded, and are again after it, even if that failed', () => {
    const made = uninitialized(() => new Linear(2, 3))
    expect([...made.weight.value.dataSync(), ...made.bias!.value.dataSync()]).toEqual(Array(9).fill(0))
    expect(() =>
      uninitialized(() => {
        throw new RangeError('no model')
      }),
    ).toThrow('no model')
    expect(new Linear(2, 3).weight.value.dataSync().some(v => v !== 0)).toBe(true)
  })
})
