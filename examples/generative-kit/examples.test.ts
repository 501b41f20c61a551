import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from '../shared/run-example.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-generative-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Figures = Readonly<Record<string, number>>
/** What one epoch on generated data must come to, however little it is, and what is drawn and exported. */
const examples: Readonly<Record<string, { holds: (f: Figures) => boolean; files: readonly string[] }>> = {
  autoencoder: { holds: f => f.densePsnr! > 11 && f.convPsnr! > 10.5, files: ['dense-reconstructions.png', 'conv.onnx'] },
  vae: {
    holds: f => f.testBound! < 235 && f.textTestBound! < 235,
    files: ['twenty-samples.png', 'twenty-walk.gif', 'two-plane.png', 'two.onnx'],
  },
  inpainting: { holds: f => f.learnedPsnr! > 8, files: ['fillings.png', 'model.onnx'] },
}

describe('the generative examples, small', () => {
  it.each(Object.entries(examples))(
    '%s trains, judges, draws and exports',
    async (name, { holds, files }) => {
      const out = join(folder, name)
      await start(name, '--epochs', '1', '--out', out)
      const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Figures
      expect(figures).toSatisfy(holds)
      expect(figures.onnxMaxAbsDiff).toBeLessThan(1e-4)
      expect(await readdir(out)).toEqual(expect.arrayContaining(['checkpoints', 'figures.json', 'results.md', ...files]))
    },
    600_000,
  )

  it('paints one picture in the style of another', async () => {
    const out = join(folder, 'style')
    await start('style-transfer', '--size', '32', '--steps', '20', '--out', out)
    const { first, last } = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as { first: Figures; last: Figures }
    expect(last.style!).toBeLessThan(0.5 * first.style!)
    expect(await readdir(out)).toContain('pictures.png')
  }, 600_000)

  it.each(['autoencoder', 'conditional-gan', 'dcgan', 'diffusion', 'inpainting', 'self-supervised', 'style-transfer', 'vae', 'wgan-gp'])(
    '%s says what it takes',
    async name => {
      expect((await start(name, '--help')).stdout).toMatch(/--data <set>/)
    },
    600_000,
  )
})
