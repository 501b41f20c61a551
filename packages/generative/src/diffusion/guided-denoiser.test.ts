import { expect, it } from 'vitest'
import { Module, tensor, zeros, type Tensor } from '@portolan/core'
import type { Denoiser } from './diffuse.ts'
import { GuidedDenoiser } from './guided-denoiser.ts'
import { linearNoise } from './noise-schedule.ts'
import { VelocityDenoiser } from './velocity-denoiser.ts'

/** Says the class for each sample. */
class Class extends Module implements Denoiser {
  forward(x: Tensor, _: Tensor, label?: Tensor): Tensor {
    return x.mul(0).add(label!.cast('float32').expandDims(1))
  }
}
const [x, t, label] = [zeros([2, 1]), zeros([2], 'int32'), tensor(Int32Array.of(5, 2))]
const numbers = (y: Tensor): number[] => [...y.dataSync()]

it('goes beyond the class, away from none', () => {
  const of = (weight?: number): number[] => numbers(new GuidedDenoiser(new Class(), { ...(weight !== undefined && { weight }), none: 1 }).forward(x, t, label)) // prettier-ignore
  expect(of(0)).toEqual([5, 2])
  expect(of()).toEqual([2 * 5 - 1, 2 * 2 - 1])
  expect(of(0.5)).toEqual([1.5 * 5 - 0.5, 1.5 * 2 - 0.5])
})
it('guides the sample where the model says it itself', () => {
  expect(new GuidedDenoiser(new Class(), { none: 1 }).sample).toBeUndefined()
  const velocity = new VelocityDenoiser(new Class(), linearNoise(10, { start: 0.1, end: 0.5 }))
  const guided = new GuidedDenoiser(velocity, { weight: 2, none: 1 })
  const [told, without] = [velocity.sample(x, t, label), velocity.sample(x, t, zeros([2], 'int32').add(1))].map(numbers)
  numbers(guided.sample!(x, t, label)).forEach((v, i) => expect(v).toBeCloseTo(3 * told![i]! - 2 * without![i]!, 5))
})
it('refuses a weight below 0, a class that is none and samples without labels', () => {
  expect(() => new GuidedDenoiser(new Class(), { weight: -1, none: 0 })).toThrow('weight must be a number of at least 0, got -1')
  expect(() => new GuidedDenoiser(new Class(), { none: -1 })).toThrow('none must be the number of a class, got -1')
  expect(() => new GuidedDenoiser(new Class(), { none: 0 }).forward(x, t)).toThrow('must be given a label for each sample, got none')
})
