import { compile, RangeError, ready, Rng, tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomHoles, withHoles } from './holes.ts'

beforeAll(async () => void (await ready()))

const [n, h, w] = [3000, 7, 9]
/** Each picture's hole: where it begins and its sides. */
async function holes(sides: readonly [number, number], seed = 1): Promise<{ y: number; x: number; height: number; width: number }[]> {
  const known = randomHoles(new Rng(seed), [n, 3, h, w], sides)
  expect(known.shape).toEqual([n, 1, h, w])
  expect(known.dtype).toBe('float32')
  const data = await known.data()
  return Array.from({ length: n }, (_, i) => {
    const missing = Array.from({ length: h * w }, (_, p) => p).filter(p => data[i * h * w + p] === 0)
    const [rows, columns] = [missing.map(p => Math.floor(p / w)), missing.map(p => p % w)]
    const [y, x] = [Math.min(...rows), Math.min(...columns)]
    const [height, width] = [Math.max(...rows) - y + 1, Math.max(...columns) - x + 1]
    expect(missing.length, 'a whole rectangle').toBe(height * width)
    return { y, x, height, width }
  })
}
const counts = (values: readonly number[]): Record<string, number> =>
  Object.fromEntries([...new Set(values)].toSorted((a, b) => a - b).map(v => [v, values.filter(u => u === v).length / n]))

describe('randomHoles', () => {
  it('is one rectangle in each picture; sides and places are all as likely as each other', async () => {
    const found = await holes([2, 4])
    for (const side of ['height', 'width'] as const) {
      const shares = counts(found.map(hole => hole[side]))
      expect(Object.keys(shares)).toEqual(['2', '3', '4'])
      for (const share of Object.values(shares)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04) // 4.6 deviations
    }
    const low = found.filter(hole => hole.height === 4)
    expect([...new Set(low.map(hole => hole.y))].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
    for (let y = 0; y < 4; y++)
      expect(Math.abs(low.filter(hole => hole.y === y).length / low.length - 1 / 4)).toBeLessThan(5 * Math.sqrt(3 / 16 / low.length))
    const narrow = found.filter(hole => hole.width === 2)
    expect(new Set(narrow.map(hole => hole.x))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]))
    // sides and places are drawn apart from each other
    expect(found.filter(hole => hole.height === 2 && hole.width === 4).length / n).toBeCloseTo(1 / 9, 1)
  })

  it('takes whole pictures and single pixels', async () => {
    expect(await randomHoles(new Rng(1), [2, 1, 4, 4], [4, 4]).data()).toEqual(new Float32Array(32))
    const known = await randomHoles(new Rng(1), [2, 1, 4, 4], [1, 1]).data()
    expect([...known].filter(v => v === 0)).toHaveLength(2)
  })

  it('is the same for the same seed, others for others, and new in every step of a compiled program', async () => {
    expect(await holes([1, 5], 4)).toEqual(await holes([1, 5], 4))
    expect(await holes([1, 5], 4)).not.toEqual(await holes([1, 5], 5))
    const rng = new Rng(4)
    const step = compile(() => randomHoles(rng, [4, 1, 8, 8], [2, 5]))
    expect(await (await step()).data()).not.toEqual(await (await step()).data())
    await step.dispose()
  })

  it('says which sides there can be', () => {
    for (const sides of [
      [0, 2],
      [3, 2],
      [2, 5],
      [1.5, 2],
    ] as const)
      // prettier-ignore
      expect(() => randomHoles(new Rng(1), [1, 1, 4, 6], sides)).toThrow(RangeError)
  })
})

it('withHoles: the known pixels, and where they are', async () => {
  const both = withHoles(tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), tensor([1, 0, 0, 1], [1, 1, 2, 2]))
  expect(both.shape).toEqual([1, 3, 2, 2])
  expect([...(await both.data())]).toEqual([1, 0, 0, 4, 5, 0, 0, 8, 1, 0, 0, 1])
})
