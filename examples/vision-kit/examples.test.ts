import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from '../shared/run-example.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-vision-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Figures {
  readonly [name: string]: unknown
  readonly history: readonly { readonly logs: Readonly<Record<string, number>> }[]
}

const classified = ['confusion.png', 'curves.png', 'predictions.png', 'weights.safetensors']
/** Arguments, the figure that must be above chance, and what is drawn or saved beside the curves and the exported model. */
const examples: Readonly<Record<string, { args: readonly string[]; figure: string; above: number; files: readonly string[] }>> = {
  'mnist-cnn-small': { args: ['--epochs', '1'], figure: 'testAccuracy', above: 0.7, files: classified },
  'mnist-cnn-3conv': { args: ['--epochs', '1'], figure: 'testAccuracy', above: 0.7, files: classified },
  'cifar-cnn': { args: ['--epochs', '8'], figure: 'testAccuracy', above: 0.25, files: classified },
  'cifar-cnn-3pool': { args: ['--epochs', '8'], figure: 'testAccuracy', above: 0.25, files: classified },
  // of few steps there is nothing to see yet where `above` is 0: these show that all of it runs
  alexnet: { args: ['--epochs', '1'], figure: 'testAccuracy', above: 0, files: classified },
  resnet: { args: ['--epochs', '3'], figure: 'testAccuracy', above: 0.22, files: classified },
  inception: { args: ['--epochs', '1'], figure: 'testAccuracy', above: 0, files: classified },
  explain: { args: ['--epochs', '2'], figure: 'testAccuracy', above: 0.22, files: [...classified, 'gallery.png'] },
  'vgg-transfer': {
    args: ['--epochs', '3'],
    figure: 'tuned',
    above: 0,
    files: ['pretraining.png', 'tuned-0.001-42.png', 'pretrained.safetensors'],
  },
  segmentation: {
    args: ['--epochs', '2'],
    figure: 'meanIou',
    above: 0.16,
    files: ['curves.png', 'predictions.png', 'weights.safetensors'],
  },
  detection: { args: ['--epochs', '3'], figure: 'map50', above: 0.03, files: ['curves.png', 'predictions.png', 'weights.safetensors'] },
}

describe('the vision examples, small', () => {
  it.each(Object.entries(examples))(
    '%s trains, judges, draws and exports',
    async (name, { args, figure, above, files }) => {
      const out = join(folder, name)
      await start(name, ...args, '--out', out)
      const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Figures
      expect(figures[figure]).toBeGreaterThan(above)
      expect(figures.onnxMaxAbsDiff).toBeLessThan(1e-4)
      expect(figures.history.length).toBe(Number(args[1]))
      expect(figures.history.every(({ logs }) => Object.values(logs).every(Number.isFinite))).toBe(true)
      expect(await readdir(out)).toEqual(expect.arrayContaining([...files, 'checkpoints', 'model.onnx', 'results.md']))
    },
    600_000,
  )

  it('go on where they were ended', async () => {
    const out = join(folder, 'cifar-cnn')
    const before = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Figures
    await start('cifar-cnn', '--epochs', '8', '--out', out)
    const after = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Figures
    expect(after.testAccuracy).toBe(before.testAccuracy)
    expect(after.history).toEqual(before.history)
  }, 600_000)

  it('say what they take, and refuse what they do not', async () => {
    expect((await start('detection', '--help')).stdout).toMatch(/--data <set>.*BCCD/s)
    await expect(start('cifar-cnn', '--epochs', '0')).rejects.toThrow(/at least 1/)
    await expect(start('cifar-cnn', '--data', 'letters')).rejects.toThrow(/Allowed choices are generated, real/)
  }, 600_000)
})
