// A Wasserstein GAN with gradient penalty on digits: five critic updates and one of the generator in one compiled step.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adam, Ema, evaluating, Rng, seed, toHost } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { drawSamples, exportSampler, Film, gallery, scoreSamples, scoreText, trainedJudge } from '@portolan/example-generative-kit'
import { digitData, report, runOptions, say, thousands, train } from '@portolan/example-vision-kit'
import { DCGANDiscriminator, DCGANGenerator, latentWalk, toPictures, wganStep } from '@portolan/generative'
import { saveGif } from '@portolan/generative/node'

const options = runOptions({
  description: 'A WGAN-GP draws digits: trains generator and critic, scores its samples by a classifier, draws, exports the generator.',
  name: 'wgan-gp',
  real: 'MNIST',
  batchSize: 320,
  epochs: [8, 40],
})
const { out, engine, batchSize } = options
await mkdir(out, { recursive: true })
const images = await digitData(options)
say(`Data: ${thousands(images.train.length)} to train, ${thousands(images.test.length)} to compare with`)
const judge = await trainedJudge(options, images)

seed(options.seed)
const [generator, critic] = [new DCGANGenerator(), new DCGANDiscriminator()]
const average = new Ema(generator, options.data === 'real' ? 0.999 : 0.9)
const rule = () => adam(2e-4, { betas: [0, 0.9] })
const step = wganStep({ generator, critic, optimizers: { generator: rule(), discriminator: rule() }, average })
const batches = loader(images.train, {
  batchSize,
  shuffle: true,
  dropLast: true,
  seed: options.seed,
  transform: toFloat({ fields: ['image'], mean: [0.5], std: [0.5] }),
})
const noise = new Rng(1).normal([64, generator.latents])
const made = async (z = noise) => {
  await toHost({ generator, average })
  return average.during(async () => toPictures(await evaluating(generator, () => generator.forward(z)), { range: [-1, 1] }))
}
const film = new Film(() => made())
const history = await train(options, { step, batches, callbacks: [film] })
await film.save(join(out, 'training.gif'))
await gallery(join(out, 'samples.png'), await made(), { columns: 8, title: 'Digits made of noise' })
await saveGif(join(out, 'walk.gif'), await made(latentWalk(new Rng(2).normal([6, generator.latents]), { steps: 12, closed: true })), {
  delay: 60,
})

await average.during(async () => {
  const samples = await drawSamples(generator, options.data === 'real' ? 5000 : 500, { engine })
  const { classes: _, ...scores } = await scoreSamples(samples, images, judge, engine)
  say(`\n${scoreText(scores)}\n`)
  const onnxMaxAbsDiff = await exportSampler(generator, join(out, 'generator.onnx'), [generator.latents])
  await report(options, history, { judgeAccuracy: judge.accuracy, ...scores, onnxMaxAbsDiff })
})
await judge.dispose()
