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
/** What must be beaten by whoever has learned more than how often each pixel is white. */
let known: { meanPsnr: number; meanNats: number }
/** What a short run on generated data must come to, and what is drawn and exported. */
const examples: Readonly<
  Record<string, { arguments: readonly string[]; holds: (f: Figures) => boolean; files: readonly string[] }>
> = {
  autoencoder: {
    arguments: ['--epochs', '2', '--batch-size', '32'],
    holds: f => f.densePsnr! > known.meanPsnr && f.convPsnr! > known.meanPsnr,
    files: ['dense-reconstructions.png', 'conv.onnx'],
  },
  vae: {
    arguments: ['--epochs', '2', '--batch-size', '32'],
    holds: f => f.testBound! < known.meanNats && f.textTestBound! < known.meanNats,
    files: ['twenty-samples.png', 'twenty-walk.gif', 'two-plane.png', 'two.onnx'],
  },
  inpainting: {
    arguments: ['--epochs', '2', '--batch-size', '32'],
    holds: f => f.learnedPsnr! > f.harmonicPsnr!,
    files: ['fillings.png', 'model.onnx'],
  },
}

describe('the generative examples, small', () => {
  let images: Images
  beforeAll(async () => {
    images = await digitData({ data: 'generated', seed: 42 })
    const [mean, test] = [await tensorOf(images.train).mean(0, true).data(), tensorOf(images.test)]
    const picture = tensor(mean, [1, 1, 28, 28])
    const likely = picture.clip(1e-4, 1 - 1e-4)
    const nats = test.mul(likely.log()).add(test.neg().add(1).mul(likely.neg().add(1).log())) // of pixels that know nothing of each other
    known = {
      meanPsnr: await psnr(picture.broadcastTo(test.shape), test).mean().item(),
      meanNats: -(await nats.flatten(1).sum(1).mean().item()),
    }
  }, 600_000)

  it.each(Object.entries(examples))(
    '%s trains, judges, draws and exports',
    async (name, { arguments: given, holds, files }) => {
      const out = join(folder, name)
      await start(name, ...given, '--threads', '1', '--out', out)
      const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Figures
      expect({ figures, known }).toSatisfy(() => holds(figures))
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
