import { expect, it } from 'vitest'
import { adam, concat, Linear, Module, Rng, seed, tensor, type Tensor } from '@portolan/core'
import { addNoise, at, ddimStep, predictedSample } from './diffuse.ts'
import { diffusionStep } from './diffusion-step.ts'
import { cosineNoise, type NoiseSchedule } from './noise-schedule.ts'
import { sampleDdim } from './sample.ts'
import { VelocityDenoiser } from './velocity-denoiser.ts'

/** ᾱ = 0.64 at step 0, 0.36 at step 1: roots 0.8 and 0.6, what they leave 0.6 and 0.8. */
const schedule: NoiseSchedule = { steps: 2, betas: [0.36, 0.4375], alphaBars: [0.64, 0.36] }
class Says extends Module {
  readonly #velocity: Tensor
  constructor(velocity: Tensor) {
    super()
    this.#velocity = velocity
  }
  forward(): Tensor {
    return this.#velocity
  }
}

/** The largest difference. */
const difference = (x: Tensor, expected: ArrayLike<number>): number => Math.max(...x.dataSync().map((v, i) => Math.abs(v - expected[i]!)))

it('velocity, noise and sample belong together', () => {
  const [sample, noise] = [tensor([0.5, -1], [2, 1]), tensor([2, 0.25], [2, 1])]
  const t = tensor(Int32Array.from([0, 1]))
  const noisy = addNoise(schedule, sample, t, noise) // 0.8·0.5 + 0.6·2, 0.6·−1 + 0.8·0.25
  expect(difference(noisy, [1.6, -0.4])).toBeLessThan(1e-6)
  const velocity = new VelocityDenoiser(new Says(noise), schedule).trueVelocity(sample, t, noise)
  expect(difference(velocity, [0.8 * 2 - 0.6 * 0.5, 0.6 * 0.25 + 0.8])).toBeLessThan(1e-6)
  const model = new VelocityDenoiser(new Says(velocity), schedule)
  expect(difference(model.forward(noisy, t), [2, 0.25])).toBeLessThan(1e-6)
  expect(difference(model.sample(noisy, t), [0.5, -1])).toBeLessThan(1e-6)
  expect(difference(predictedSample(schedule, noisy, t, model.forward(noisy, t)), [0.5, -1])).toBeLessThan(1e-6)
})
it('where nothing is left of the sample it still says which', async () => {
  const cosine = cosineNoise(1000)
  const sample = new Rng(1).uniform([2, 3]).mul(2).sub(1)
  const noise = new Rng(2).normal([2, 3])
  const last = tensor(Int32Array.from([999, 999]))
  class Knows extends Module {
    forward(x: Tensor, t: Tensor): Tensor {
      // the velocity by which x, whatever the noise in it, comes from the sample
      return new VelocityDenoiser(this, cosine).trueVelocity(sample, t, predictedNoise(x, t))
    }
  }
  const predictedNoise = (x: Tensor, t: Tensor): Tensor => {
    const [root, rest] = [(a: number) => Math.sqrt(a), (a: number) => Math.sqrt(1 - a)].map(f => at(cosine.alphaBars.map(f), t, x))
    return x.sub(sample.mul(root!)).div(rest!)
  }
  const model = new VelocityDenoiser(new Knows(), cosine)
  expect(difference(model.sample(noise, last), sample.dataSync())).toBeLessThan(1e-6)
  expect(difference(await sampleDdim(model, cosine, noise, { steps: 4 }), sample.dataSync())).toBeLessThan(1e-5)
  // by way of the noise the same, but for what rounding makes of √ᾱ = 5e-5
  const back = ddimStep(cosine, noise, last, tensor(Int32Array.from([-1, -1])), model.forward(noise, last), { clip: false })
  expect(difference(back, sample.dataSync())).toBeLessThan(2e-2)
})
it('learns velocities', async () => {
  seed(3)
  class Net extends Module {
    readonly layer = new Linear(2, 1)
    forward(x: Tensor, t: Tensor): Tensor {
      return this.layer.forward(concat([x, t.cast('float32').expandDims(1)], 1))
    }
  }
  const model = new VelocityDenoiser(new Net(), schedule)
  const step = diffusionStep({ model, schedule, optimizer: adam(0.05), input: 'x' })
  // all samples are 0.5: the best velocity is linear in xₜ at each step, (√ᾱ·xₜ − 0.5)/√(1 − ᾱ), and the two steps' lines differ
  const batch = { x: new Rng(4).uniform([256, 1]).mul(0).add(0.5) }
  const first = step.train(batch)['loss']!.dataSync()[0]!
  for (let i = 0; i < 150; i++) step.train(batch)
  const t = tensor(Int32Array.from([1]))
  expect(step.evaluate!(batch)['loss']!.dataSync()[0]!).toBeLessThan(first / 4)
  expect(model.sample(tensor([0.3], [1, 1]), t).dataSync()[0]).toBeGreaterThan(0.2)
})
