import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('learns opinions, exports itself and reads a sentence', async () => {
  const { figures, files, stdout } = await runExample('text-classification', '--epochs', '4')
  expect(figures['testAccuracy']).toBeGreaterThan(0.97)
  expect(figures['onnxMaxAbsDiff']).toBeLessThan(1e-5)
  expect(figures['answer']).toBe('negative')
  expect(stdout).toMatch(/macro mean/)
  expect(files).toEqual(['confusion.png', 'curves.png', 'figures.json', 'model.onnx', 'tokenizer.json', 'weights.safetensors'])
})

it('says what it takes, and refuses what it does not', async () => {
  expect((await start('text-classification', '--help')).stdout).toMatch(/--model <kind>/)
  await expect(start('text-classification', '--model', 'tree')).rejects.toThrow(/Allowed choices are cnn, lstm, gru, transformer/)
})
