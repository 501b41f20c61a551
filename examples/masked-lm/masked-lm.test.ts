import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('learns from texts without labels what helps with few of them', async () => {
  const { figures, files } = await runExample('masked-lm', '--seeds', '2')
  const losses = figures['losses'] as number[]
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.2)
  expect(figures['pretrained']).toBeGreaterThan((figures['fromNothing'] as number) + 0.05)
  expect(files).toEqual(['figures.json', 'pretrained.safetensors', 'pretraining.png', 'tokenizer.json'])
})

it('says what it takes', async () => {
  expect((await start('masked-lm', '--help')).stdout).toMatch(/--seeds <n>/)
  await expect(start('masked-lm', '--seeds', '0')).rejects.toThrow(/at least 1/)
})
