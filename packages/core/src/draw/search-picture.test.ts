import { expect, it } from 'vitest'
import { choice, integer, random, real, search } from '../search.ts'
import { searchPicture } from './search-picture.ts'

it('draws every trial with a value in each panel, and rings the best', async () => {
  const result = await search({
    space: { rate: real(1e-4, 1, { log: true }), layers: integer(1, 4), activation: choice('relu', 'gelu') },
    objective: ({ rate, layers }) => (layers === 4 ? NaN : Math.abs(Math.log10(rate) + 2) + layers),
    strategy: random({ trials: 20 }),
    progress: false,
  })
  const svg = await searchPicture(result, { title: 'A search', value: 'loss' })
  const dots = result.trials.filter(t => t.value !== undefined).length
  expect(dots).toBeLessThan(20)
  expect(svg.match(/fill="#0072b2"/g)).toHaveLength(4 * dots)
  expect(svg.match(/stroke="#d55e00"/g)).toHaveLength(4)
  for (const text of ['A search', 'loss', 'rate', 'layers', 'activation', 'gelu', 'trial']) expect(svg).toContain(`>${text}<`)
  await expect(searchPicture({ ...result, trials: [] })).rejects.toThrow(/no trial has a value/)
})
