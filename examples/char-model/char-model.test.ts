import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it.each(['gpt', 'lstm'])('%s learns to spell, and writes the same with what it kept and without', async model => {
  const { figures, files } = await runExample(
    'char-model',
    '--model',
    model,
    '--epochs',
    '1',
    '--steps',
    '200',
    '--batch-size',
    '16',
    '--length',
    '60',
  )
  expect(figures['validation']).toBeLessThan(1.3) // a character by itself has about 2.7 nats
  expect(figures['same']).toBe(true)
  expect(figures['sample']).toMatch(/^the [a-z !?.\n]{60}$/)
  expect(files).toEqual(['curves.png', 'figures.json', 'step.onnx', 'tokenizer.json', 'weights.safetensors'])
})

it('says what it takes', async () => {
  expect((await start('char-model', '--help')).stdout).toMatch(/--temperature <t>/)
  await expect(start('char-model', '--context', '0')).rejects.toThrow(/at least 1/)
})
