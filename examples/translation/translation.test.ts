import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('learns to say numbers backwards in another language', async () => {
  const { figures, files } = await runExample('translation', '--limit', '20', '--epochs', '6')
  expect(figures['greedy']).toBeGreaterThan(70)
  expect(figures['beams']).toBeGreaterThan(70)
  expect(files).toEqual(['attention.png', 'curves.png', 'figures.json', 'source.json', 'target.json', 'weights.safetensors'])
})

it('says what it takes', async () => {
  expect((await start('translation', '--help')).stdout).toMatch(/--beams <n>/)
  await expect(start('translation', '--beams', '0')).rejects.toThrow(/at least 1/)
})
