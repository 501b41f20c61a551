import { readFileSync } from 'node:fs'
import { HostRng } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { fromRecipe } from './from-recipe.ts'
import type { Recipe } from './sample-transform.ts'

interface Case {
  readonly name: string
  readonly recipe: Recipe
  readonly input: { readonly shape: number[]; readonly data: number[] }
  readonly output: { readonly shape: number[]; readonly data: number[] }
}
const { cases } = JSON.parse(readFileSync(new URL('../../../../private/golden/transforms.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}

const run = ({ recipe, input }: Case, float = false) => {
  const data = float ? Float32Array.from(input.data) : Uint8Array.from(input.data)
  return fromRecipe(recipe)({ image: { data, shape: input.shape } }, new HostRng(1)).image!
}
const of = (name: RegExp): Case[] => cases.filter(c => name.test(c.name))

/** The largest difference, where the reference has a pixel. */
function difference(actual: ArrayLike<number>, expected: number[], none = -1): number {
  expect(actual.length).toBe(expected.length)
  return expected.reduce((most, e, i) => Math.max(most, e === none ? 0 : Math.abs(actual[i]! - e)), 0)
}

describe('transforms against Pillow and torchvision', () => {
  const exact = of(/^(resize|crop|centerCrop|pad|horizontalFlip|verticalFlip|brightness|contrast|saturation|hue|grayscale)/)
  it('has the cases', () => expect([exact.length, cases.length]).toEqual([83, 134]))

  it.each(exact)('$name: every byte is equal', c => {
    const { shape, data } = run(c)
    expect(shape).toEqual(c.output.shape)
    expect([...data]).toEqual(c.output.data)
  })

  it.each(of(/^float resize/))('$name: to 1e-3 of 255', c => {
    expect(difference(run(c, true).data, c.output.data, -Infinity)).toBeLessThan(1e-3)
  })

  it.each(of(/^normalize/))('$name: to 1e-5', c => {
    const { data } = run(c)
    c.output.data.forEach((e, i) => expect(data[i]).toBeCloseTo(e, 5))
  })

  it.each(of(/^affine .*, whole pixels$/))('$name: every byte is equal', c => {
    expect([...run(c).data]).toEqual(c.output.data)
  })

  it.each(of(/^affine .*, (constant|nearest|reflect)$/))('$name: to 1e-4 of grid_sample in float, to rounding in bytes', c => {
    expect(difference(run(c, true).data, c.output.data)).toBeLessThan(1e-4)
    expect(difference(run(c).data, c.output.data)).toBeLessThan(0.5001)
  })

  it.each(of(/^affine .*, Pillow$/))('$name: within a step, which Pillow cuts and we round', c => {
    expect(c.output.data.filter(v => v >= 0).length).toBeGreaterThan(100)
    expect(difference(run(c).data, c.output.data)).toBeLessThanOrEqual(1)
  })
})
