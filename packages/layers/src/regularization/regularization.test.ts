import { beforeAll, describe, expect, it } from 'vitest'
import { ones, RangeError, ready, Rng, zeros, type Layer, type Tensor } from '@portolan/core'
import { AlphaDropout } from './alpha-dropout.ts'
import { ChannelDropout } from './channel-dropout.ts'
import { GaussianDropout } from './gaussian-dropout.ts'
import { GaussianNoise } from './gaussian-noise.ts'

beforeAll(() => ready())
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data())
const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const variance = (x: number[]): number => mean(x.map(v => v ** 2)) - mean(x) ** 2
const rng = (): { rng: Rng } => ({ rng: new Rng(5) })
const n = 40_000

describe('noise in training', () => {
  it('ChannelDropout drops channels of a sample as a whole', async () => {
    const y = await list(new ChannelDropout(0.25, rng()).forward(ones([100, 40, 3])))
    const channels = Array.from({ length: 4000 }, (_, i) => y.slice(3 * i, 3 * i + 3))
    for (const c of channels) expect(new Set(c).size).toBe(1)
    const kept = channels.filter(c => c[0] !== 0)
    expect(kept[0]![0]).toBeCloseTo(1 / 0.75, 6)
    expect(Math.abs(kept.length / 4000 - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / 4000))
  })
  it('AlphaDropout keeps mean 0 and variance 1', async () => {
    for (const channels of [false, true]) {
      const y = await list(new AlphaDropout(0.2, { ...rng(), channels }).forward(new Rng(1).normal([n, 1])))
      expect(Math.abs(mean(y))).toBeLessThan(4 / Math.sqrt(n))
      expect(Math.abs(variance(y) - 1)).toBeLessThan(0.03)
    }
    const values = new Set(await list(new AlphaDropout(0.2, rng()).forward(zeros([100]))))
    expect(values.size).toBe(2)
  })
  it('GaussianDropout multiplies by noise of mean 1 and the variance of a dropout', async () => {
    const y = await list(new GaussianDropout(0.2, rng()).forward(ones([n])))
    expect(Math.abs(mean(y) - 1)).toBeLessThan(4 * Math.sqrt(0.25 / n))
    expect(Math.abs(variance(y) / 0.25 - 1)).toBeLessThan(0.03)
  })
  it('GaussianNoise adds noise of its deviation', async () => {
    const y = await list(new GaussianNoise(0.5, rng()).forward(ones([n])))
    expect(Math.abs(mean(y) - 1)).toBeLessThan((4 * 0.5) / Math.sqrt(n))
    expect(Math.abs(variance(y) / 0.25 - 1)).toBeLessThan(0.03)
  })
  it.each<[string, Layer]>([
    ['ChannelDropout', new ChannelDropout(0.5)],
    ['AlphaDropout', new AlphaDropout(0.5)],
    ['GaussianDropout', new GaussianDropout(0.5)],
    ['GaussianNoise', new GaussianNoise(0.5)],
  ])('%s does nothing in evaluation', async (_, layer) => {
    expect(await list(layer.eval().forward(ones([2, 3, 2])))).toEqual(Array<number>(12).fill(1))
  })
  it('is not of a probability of 1', () => {
    for (const Kind of [ChannelDropout, AlphaDropout, GaussianDropout]) expect(() => new Kind(1)).toThrow(RangeError)
  })
})
