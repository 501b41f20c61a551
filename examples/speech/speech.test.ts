import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('tells tones apart, and exports itself', async () => {
  const { figures, files } = await runExample('speech')
  expect(figures['testAccuracy']).toBeGreaterThan(0.95)
  expect(figures['onnxMaxAbsDiff']).toBeLessThan(1e-5)
  expect(files).toEqual(['confusion.png', 'curves.png', 'figures.json', 'model.onnx', 'scaler.json', 'weights.safetensors'])
})

it('writes down numbers of several tones', async () => {
  const { figures } = await runExample('speech', '--task', 'number', '--features', 'mfcc', '--steps', '40')
  expect(figures['greedy']).toBeLessThan(0.3)
  expect(figures['beams']).toBeLessThanOrEqual(figures['greedy'] as number)
  expect(figures['onnxMaxAbsDiff']).toBeLessThan(1e-5)
})

it('says what it takes', async () => {
  expect((await start('speech', '--help')).stdout).toMatch(/--held-out <names>/)
  await expect(start('speech', '--task', 'song')).rejects.toThrow(/Allowed choices are digit, number/)
})
