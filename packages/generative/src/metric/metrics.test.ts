import { readFileSync } from 'node:fs'
import { RangeError, ready, ShapeError, tensor, zeros } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { frechetDistance, nearestDistances, precisionRecall, psnr, ssim } from '../index.ts'

beforeAll(async () => void (await ready()))

interface Numbers {
  readonly shape: number[]
  readonly data: number[]
}
interface Golden {
  readonly features: readonly {
    name: string
    real: Numbers
    made: Numbers
    frechet: number
    nearest: number[]
    manifolds: { k: number; precision: number; recall: number }[]
  }[]
  readonly pictures: readonly { name: string; a: Numbers; b: Numbers; range: number; psnr: number[]; ssim: number[] }[]
}
const golden = JSON.parse(readFileSync(new URL('../../../../private/golden/generative_metrics.json', import.meta.url), 'utf8')) as Golden
const given = ({ data, shape }: Numbers) => tensor(data, shape)

describe("numpy's judgements", () => {
  it.each(golden.features)('of features: $name', async ({ real, made, frechet, nearest, manifolds }) => {
    const [a, b] = [given(real), given(made)]
    expect(Math.abs((await frechetDistance(a, b)) - frechet)).toBeLessThan(1e-5 * Math.max(1, frechet))
    expect(await frechetDistance(a, a)).toBeLessThan(1e-6)
    const distances = await nearestDistances(b, a)
    nearest.forEach((v, i) => expect(distances[i]).toBeCloseTo(v, 4))
    for (const { k, ...expected } of manifolds) {
      const found = await precisionRecall(a, b, { k })
      expect(found.precision).toBeCloseTo(expected.precision, 8) // nine digits are in the file
      expect(found.recall).toBeCloseTo(expected.recall, 8)
    }
  })
  it('the manifolds tell apart: not all shares are the same', () => {
    expect(new Set(golden.features.flatMap(f => f.manifolds.flatMap(m => [m.precision, m.recall]))).size).toBeGreaterThan(5)
  })
  it.each(golden.pictures)('of pictures: $name', ({ a, b, range, ...expected }) => {
    const [x, y] = [given(a), given(b)]
    const found = { psnr: psnr(x, y, { range }).dataSync(), ssim: ssim(x, y, { range }).dataSync() }
    for (const name of ['psnr', 'ssim'] as const) expected[name].forEach((v, i) => expect(found[name][i]).toBeCloseTo(v, 4))
  })
})

it('equal pictures are as like as can be', () => {
  const x = given(golden.pictures[0]!.a)
  expect(psnr(x, x).dataSync()[0]).toBe(Infinity)
  expect(ssim(x, x).dataSync()[0]).toBeCloseTo(1, 5)
})

it('says what does not fit', async () => {
  await expect(frechetDistance(zeros([1, 2]), zeros([5, 2]))).rejects.toThrow(ShapeError)
  await expect(frechetDistance(zeros([4, 2]), zeros([5, 3]))).rejects.toThrow(/as many features, got 2 and 3/)
  await expect(precisionRecall(zeros([4, 2]), zeros([5, 2]), { k: 4 })).rejects.toThrow(RangeError)
  await expect(nearestDistances(zeros([4]), zeros([5, 2]))).rejects.toThrow(ShapeError)
  expect(() => psnr(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 3]))).toThrow(ShapeError)
  expect(() => ssim(zeros([1, 1, 8, 8]), zeros([1, 1, 8, 8]))).toThrow(/at least 11/)
  expect(() => psnr(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 2]), { range: 0 })).toThrow(RangeError)
})
