import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const start = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--conditions=@portolan/source', '--import', 'tsx', 'examples/mnist-cnn/main.ts', ...args], {
    cwd: root,
  })
let out: string
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'portolan-mnist-'))
})
afterAll(() => rm(out, { recursive: true, force: true }))

it('trains, exports, verifies and reads a picture', async () => {
  const { stdout } = await start('--epochs', '2', '--out', out, '--json', join(out, 'figures.json'))
  const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Record<string, number>
  expect(figures.testAccuracy).toBeGreaterThan(0.93)
  expect(figures.onnxMaxAbsDiff).toBeLessThan(1e-5)
  expect(figures.predicted).toBe(figures.expected)
  expect(stdout).toMatch(/macro mean/)
  expect((await readdir(out)).toSorted()).toEqual([
    'confusion.png',
    'curves.png',
    'figures.json',
    'mnist-cnn.onnx',
    'predictions.png',
    'sample.png',
    'weights.safetensors',
  ])
})

it('says what it takes, and refuses what it does not', async () => {
  expect((await start('--help')).stdout).toMatch(/--data <set>/)
  await expect(start('--epochs', '0')).rejects.toThrow(/at least 1/)
  await expect(start('--data', 'letters')).rejects.toThrow(/Allowed choices are digits, mnist/)
})
