import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it.each(['linear', 'lstm'])('%s foretells seasons better than the day before, and exports itself', async model => {
  const { figures, files } = await runExample('forecasting', '--model', model, '--epochs', model === 'linear' ? '4' : '3')
  expect(figures['mse']).toBeLessThan(0.7 * (figures['yesterday'] as { mse: number }).mse)
  expect(figures['onnxMaxAbsDiff']).toBeLessThan(1e-5)
  expect(files).toEqual(['curves.png', 'figures.json', 'model.onnx', 'weights.safetensors'])
})

it('says what it takes, and names the folder that it wants', async () => {
  expect((await start('forecasting', '--help')).stdout).toMatch(/--horizon <n>/)
  await expect(start('forecasting', '--horizon', '0')).rejects.toThrow(/at least 1/)
})
