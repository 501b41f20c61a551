import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('finds tastes that biases do not show', async () => {
  const { figures, files, stdout } = await runExample('ratings', '--splits', '1', '--rate', '0.02', '--decay', '0.01', '--dim', '4')
  const [{ learned, biases }] = figures['results'] as [Record<'learned' | 'biases', { rmse: number }>]
  expect(learned.rmse).toBeLessThan(0.75 * biases.rmse)
  expect(figures['onnxMaxAbsDiff']).toBeLessThan(1e-5)
  expect(stdout).toMatch(/For the first user: item/)
  expect(files).toEqual(['curves.png', 'figures.json', 'model.onnx', 'weights.safetensors'])
})

it('says what it takes', async () => {
  expect((await start('ratings', '--help')).stdout).toMatch(/--splits <n>/)
  await expect(start('ratings', '--splits', 'x')).rejects.toThrow(/at least 1/)
})
