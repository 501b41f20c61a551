import { ones, RangeError, ready, Rng, ShapeError, tensor, type Tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { harmonicFill } from './harmonic-fill.ts'

beforeAll(async () => void (await ready()))

const numbers = async (x: Promise<Tensor>): Promise<number[]> => [...(await (await x).data())]
/** The largest difference of two lists. */
const apart = (actual: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((v, i) => Math.abs(v - actual[i]!)))

/** Laplace's equation of one plane as a dense system, each unknown times its neighbours minus their sum, by elimination with pivots. */
function solved(f: readonly number[], known: readonly number[], h: number, w: number): number[] {
  const holes = [...f.keys()].filter(i => !known[i])
  const rows = holes.map((i, at) => {
    const [y, x] = [Math.floor(i / w), i % w]
    const around = [[y - 1, x], [y + 1, x], [y, x - 1], [y, x + 1]].filter(([r, c]) => r! >= 0 && r! < h && c! >= 0 && c! < w).map(([r, c]) => r! * w + c!) // prettier-ignore
    const row = Array.from({ length: holes.length + 1 }, () => 0)
    row[at] = around.length
    for (const j of around)
      if (known[j]) row[holes.length]! += f[j]!
      else row[holes.indexOf(j)]! -= 1
    return row
  })
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.findIndex((row, i) => i >= k && Math.abs(row[k]!) === Math.max(...rows.slice(k).map(r => Math.abs(r[k]!))))
    ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
    for (const [i, row] of rows.entries()) {
      const share = i === k ? 0 : row[k]! / rows[k]![k]!
      for (let j = k; j <= holes.length; j++) row[j]! -= share * rows[k]![j]!
    }
  }
  const whole = [...f]
  holes.forEach((i, k) => (whole[i] = rows[k]![holes.length]! / rows[k]![k]!))
  return whole
}

describe('harmonicFill', () => {
  it('is the mean of what is around one missing pixel, in the middle, at a side and in a corner', async () => {
    const x = tensor([1, 2, 4, 8, 16, 32, 64, 128, 256], [1, 1, 3, 3])
    const without = async (hole: number) => (await numbers(harmonicFill(x, tensor(Array.from({ length: 9 }, (_, i) => Number(i !== hole)), [1, 1, 3, 3]))))[hole]! // prettier-ignore
    expect(await without(4)).toBeCloseTo((2 + 8 + 32 + 128) / 4, 4)
    expect(await without(1)).toBeCloseTo((1 + 16 + 4) / 3, 4)
    expect(await without(8)).toBeCloseTo((32 + 128) / 2, 4)
  })

  it('solves two missing neighbours as by hand', async () => {
    // 4a = 1 + 2 + 3 + b and 4b = 4 + 5 + 6 + a: a = 39/15, b = 66/15
    const x = tensor([0, 1, 4, 0, 2, 9, 9, 5, 0, 3, 6, 0], [1, 1, 3, 4])
    const found = await numbers(harmonicFill(x, tensor([1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [1, 1, 3, 4])))
    expect(apart(found, [0, 1, 4, 0, 2, 39 / 15, 66 / 15, 5, 0, 3, 6, 0])).toBeLessThan(1e-6)
  })

  it('restores a slope exactly, whatever stood in the hole', async () => {
    const slope = Array.from({ length: 12 * 10 }, (_, i) => 0.3 + 0.02 * (i % 10) - 0.05 * Math.floor(i / 10))
    const known = slope.map((_, i) => Number(!(i % 10 > 1 && i % 10 < 8 && i > 20 && i < 100)))
    const torn = slope.map((v, i) => (known[i] ? v : 1e3))
    expect(apart(await numbers(harmonicFill(tensor(torn, [1, 1, 12, 10]), tensor(known, [1, 1, 12, 10]))), slope)).toBeLessThan(2e-6)
  })

  it('is the solution of the dense system: holes of any form, at the border too, of several pictures and channels', async () => {
    const [n, c, h, w] = [3, 2, 6, 7]
    const [x, chance] = [new Rng(1).uniform([n, c, h, w]), [...(await new Rng(2).uniform([n, 1, h, w]).data())]]
    const known = chance.map((v, i) => Number(v < [0.8, 0.5, 0.15][Math.floor(i / (h * w))]!))
    const found = await numbers(harmonicFill(x, tensor(known, [n, 1, h, w])))
    const pixels = [...(await x.data())]
    for (let plane = 0; plane < n * c; plane++) {
      const part = (list: readonly number[], at: number) => list.slice(at * h * w, (at + 1) * h * w)
      expect(apart(part(found, plane), solved(part(pixels, plane), part(known, Math.floor(plane / c)), h, w))).toBeLessThan(2e-6)
    }
  })

  it('leaves what is known as it is', async () => {
    const x = new Rng(3).normal([2, 1, 5, 5])
    expect(await numbers(harmonicFill(x, ones([2, 1, 5, 5])))).toEqual([...(await x.data())])
  })

  it('says what does not fit', async () => {
    await expect(harmonicFill(ones([1, 3, 4, 4]), ones([1, 3, 4, 4]))).rejects.toThrow(ShapeError)
    await expect(harmonicFill(ones([3, 4, 4]), ones([3, 1, 4]))).rejects.toThrow(ShapeError)
    const none = tensor([1, 1, 1, 1, 0, 0, 0, 0], [2, 1, 2, 2])
    await expect(harmonicFill(ones([2, 1, 2, 2]), none)).rejects.toThrow(RangeError)
    await expect(harmonicFill(ones([2, 1, 2, 2]), none)).rejects.toThrow(/known pixel.*picture 1/)
  })
})
