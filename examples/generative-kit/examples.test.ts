import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rng, tensor } from '@portolan/core'
import { digitData, type Images } from '@portolan/example-vision-kit'
import { onnx } from '@portolan/export-onnx'
import { psnr } from '@portolan/generative'
import { start } from '../shared/run-example.ts'
import { trainedJudge } from './judge.ts'
import { scoreSamples, tensorOf, type SampleScores } from './score-samples.ts'

let folder: string
let images: Images
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-generative-'))
  images = await digitData({ data: 'generated', seed: 42 })
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

type Figures = Readonly<Record<string, number>>
/** What must be beaten by whoever has learned more than how often each pixel is white. */
let known: { meanPsnr: number; meanNats: number }
/** What a short run on generated data must come to, and what is drawn and exported. */
const examples: Readonly<Record<string, { arguments: readonly string[]; holds: (f: Figures) => boolean; files: readonly string[] }>> = {
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
  beforeAll(async () => {
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

type Scored = Omit<SampleScores, 'classes'> & {
  readonly judgeAccuracy: number
  readonly asAsked: number
  readonly onnxMaxAbsDiff: number
  readonly history: readonly { readonly logs: Figures }[]
}

describe('models whose samples a classifier scores, small', () => {
  it('the scores tell unseen digits from noise, and variety from one digit', async () => {
    const engine = onnx({ threads: 1 })
    const judge = await trainedJudge({ data: 'generated', seed: 42, engine, judge: join(folder, 'judge') }, images)
    expect(judge.accuracy).toBeGreaterThan(0.96)
    const unseen = tensorOf(images.validation)
    const [digits, noise, one] = [
      await scoreSamples(unseen, images, judge, engine),
      await scoreSamples(new Rng(1).uniform(unseen.shape), images, judge, engine),
      await scoreSamples(unseen.slice(0, 0, 1).broadcastTo(unseen.shape), images, judge, engine),
    ]
    await judge.dispose()
    expect(Math.min(digits.precision, digits.recall)).toBeGreaterThan(0.75)
    expect(Math.abs(digits.nearest - 1)).toBeLessThan(0.1)
    expect(digits.frechet).toBeLessThan(0.05 * noise.frechet)
    for (const share of digits.classShares) expect(Math.abs(share - 0.1)).toBeLessThan(0.03)
    expect(Math.max(noise.precision, noise.recall, one.recall)).toBeLessThan(0.02)
  }, 600_000)

  it('conditional-gan trains, draws, is scored and exports', async () => {
    const out = join(folder, 'conditional-gan')
    await start('conditional-gan', '--epochs', '1', '--threads', '1', '--judge', join(folder, 'judge'), '--out', out)
    const { history, ...figures } = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as Scored
    const { real, fake } = history[0]!.logs
    expect(real!).toBeGreaterThan(fake! + 0.05) // the discriminator tells them apart
    expect(figures.judgeAccuracy).toBeGreaterThan(0.96)
    expect(figures.classShares.reduce((a, b) => a + b)).toBeCloseTo(1)
    expect(figures.asAsked).toBeGreaterThan(0.02)
    expect(figures.asAsked).toBeLessThan(0.5) // after 85 steps it draws noise, and the scores say so
    expect(figures.recall).toBeLessThan(0.02)
    expect(figures.onnxMaxAbsDiff).toBeLessThan(1e-4)
    expect(await readdir(out)).toEqual(
      expect.arrayContaining(['samples.png', 'training.gif', 'curves.png', 'results.md', 'generator.onnx']),
    )
  }, 1_200_000)
})
