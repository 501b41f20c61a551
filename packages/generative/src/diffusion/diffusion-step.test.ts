import { expect, it } from 'vitest'
import { sgd } from '@portolan/core'
import { diffusionStep } from './diffusion-step.ts'
import { DiffusionUNet } from './diffusion-unet.ts'
import { cosineNoise } from './noise-schedule.ts'

it.each([-0.1, 1.5, NaN])('refuses to leave out a share of %s of the labels', share => {
  const model = new DiffusionUNet({ width: 8, multipliers: [1], classes: 2 })
  const options = { model, schedule: cosineNoise(10), optimizer: sgd(0.1), label: 'label', withoutLabel: { share, none: 1 } }
  expect(() => diffusionStep(options)).toThrow(`diffusionStep: withoutLabel.share must be from 0 to 1, got ${share}`)
})
