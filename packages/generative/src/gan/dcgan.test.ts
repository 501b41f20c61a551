import { Rng, seed } from '@portolan/core'
import { expect, it } from 'vitest'
import { DCGANDiscriminator, DCGANGenerator } from './dcgan.ts'

it.each([
  [28, 2],
  [28, 3],
  [32, 2],
  [32, 3],
  [4, 3],
])('sides of %i, halved %i times, come back as they were', (size, depth) => {
  seed(1)
  const options = { size, depth, width: 2, channels: 3 }
  const made = new DCGANGenerator({ ...options, latents: 5 }).eval().forward(new Rng(1).normal([2, 5]))
  expect(made.shape).toEqual([2, 3, size, size])
  expect(made.dataSync().every(v => Math.abs(v) < 1)).toBe(true)
  expect(new DCGANDiscriminator(options).forward(made).shape).toEqual([2, 1])
  expect(new DCGANDiscriminator({ ...options, batchNorm: true, classes: 2 }).eval().classes).toBe(2)
})
it('a discriminator with batch norm has none behind its first convolution', () => {
  const norms = (depth: number) => Object.keys(new DCGANDiscriminator({ depth, batchNorm: true })).filter(k => k.startsWith('bn'))
  expect(norms(3)).toEqual(['bn2', 'bn3'])
  expect(new DCGANDiscriminator({ batchNorm: true }).bn3).toBeUndefined()
  expect(new DCGANDiscriminator({ depth: 3 }).bn2).toBeUndefined()
})
it('other sizes and depths are refused', () => {
  expect(() => new DCGANGenerator({ size: 30 })).toThrow('size must be a multiple of 4, got 30')
  expect(() => new DCGANDiscriminator({ depth: 4 })).toThrow('depth must be 2 or 3, got 4')
})
