import { Module, ones, ready, Rng, tensor, type Tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { at, type Denoiser } from '../diffusion/diffuse.ts'
import { cosineNoise } from '../diffusion/noise-schedule.ts'
import { repaint } from './repaint.ts'

beforeAll(async () => void (await ready()))

const schedule = cosineNoise(200)

/** Knows the only picture there is: the noise is what is left, (xₜ − √ᾱₜ·picture)/√(1 − ᾱₜ). */
class OnePicture extends Module implements Denoiser {
  readonly #picture: Tensor
  constructor(picture: Tensor) {
    super()
    this.#picture = picture
  }
  forward(x: Tensor, t: Tensor): Tensor {
    const left = at(schedule.alphaBars, t, x)
    return x.sub(this.#picture.mul(left.sqrt())).div(left.neg().add(1).sqrt())
  }
}

/** Knows that pictures are two pixels of N(0, 1) with correlation r: the best guess √(1 − ᾱₜ)·(ᾱₜ·Σ + (1 − ᾱₜ)·I)⁻¹·xₜ. */
class TwoPixels extends Module implements Denoiser {
  readonly #r: number
  constructor(r: number) {
    super()
    this.#r = r
  }
  forward(x: Tensor, t: Tensor): Tensor {
    const left = at(schedule.alphaBars, t, x) // [n, 1, 1, 1]
    const mixed = left.mul(this.#r) // beside the diagonal of a matrix whose diagonal is 1
    const [a, b] = [x.slice(3, 0, 1), x.slice(3, 1, 2)]
    const solved = x.sub(mixed.mul(b.mul(tensor([1, 0], [1, 1, 1, 2])).add(a.mul(tensor([0, 1], [1, 1, 1, 2])))))
    return solved.mul(left.neg().add(1).sqrt()).div(mixed.square().neg().add(1))
  }
}

describe('repaint', () => {
  it('fills holes with the picture that the model knows, and leaves what is known bit for bit', async () => {
    const [picture, x] = [new Rng(1).uniform([1, 2, 4, 4]).sub(0.5), new Rng(2).normal([3, 2, 4, 4])]
    const mask = tensor(Array.from({ length: 48 }, (_, i) => Number(i % 3 > 0)), [3, 1, 4, 4]) // prettier-ignore
    const [whole, given, model, known] = await Promise.all(
      [await repaint(new OnePicture(picture), schedule, x, mask, { steps: 10, resample: 2 }), x, picture, mask].map(t => t.data()),
    )
    const pixels = Array.from({ length: 96 }, (_, i) => ({ i, known: known![16 * Math.floor(i / 32) + (i % 16)] === 1 }))
    expect(pixels.filter(p => p.known && whole![p.i] !== given![p.i])).toEqual([])
    expect(pixels.filter(p => !p.known && Math.abs(whole![p.i]! - model![p.i % 32]!) > 1e-5)).toEqual([])
    expect(pixels.filter(p => !p.known)).toHaveLength(32)
  })

  it('draws what is missing from its distribution given the rest, the nearer the more often steps are made again', async () => {
    const [n, r, seen] = [1500, 0.9, 1.5]
    const moments = async (resample: number) => {
      const whole = await repaint(new TwoPixels(r), schedule, ones([n, 1, 1, 2]).mul(seen), tensor([1, 0], [1, 1, 1, 2]).broadcastTo([n, 1, 1, 2]), { steps: 15, resample, clip: false, seed: 3 }) // prettier-ignore
      const missing = [...(await whole.data())].filter((_, i) => i % 2)
      const mean = missing.reduce((sum, v) => sum + v / n, 0)
      return { mean, variance: missing.reduce((sum, v) => sum + (v - mean) ** 2 / n, 0) }
    }
    const [once, often] = [await moments(1), await moments(12)]
    expect(Math.abs(often.mean - r * seen)).toBeLessThan(0.1) // of N(r·seen, 1 − r²)
    expect(Math.abs(often.variance - (1 - r ** 2))).toBeLessThan(0.06)
    expect(Math.abs(once.mean - r * seen)).toBeGreaterThan(2 * Math.abs(often.mean - r * seen))
  })

  it('is the same for the same seed', async () => {
    const drawn = async (seed: number) => [...(await (await repaint(new TwoPixels(0.5), schedule, ones([4, 1, 1, 2]), tensor([1, 0], [1, 1, 1, 2]).broadcastTo([4, 1, 1, 2]), { steps: 5, seed })).data())] // prettier-ignore
    expect(await drawn(1)).toEqual(await drawn(1))
    expect(await drawn(1)).not.toEqual(await drawn(2))
  })
})
