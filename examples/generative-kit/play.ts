import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Ema, Rng, seed, toHost, type TrainStep } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { digitData, report, say, thousands, train, type RunOptions } from '@portolan/example-vision-kit'
import { DCGANDiscriminator, DCGANGenerator, latentWalk, toPictures } from '@portolan/generative'
import { saveGif } from '@portolan/generative/node'
import { drawSamples } from './draw-samples.ts'
import { exportSampler } from './export-sampler.ts'
import { Film } from './film.ts'
import { gallery } from './gallery.ts'
import { trainedJudge } from './judge.ts'
import { scoreSamples } from './score-samples.ts'
import { scoreText } from './score-text.ts'

/** The players of a game about digits, and the generator's average that is judged in the end. */
export interface Players {
  readonly generator: DCGANGenerator
  readonly discriminator: DCGANDiscriminator
  readonly average: Ema
}

/**
 * Trains two players on digits by a step of theirs, made for so many in all, draws what they make, scores it by a classifier and exports the generator. A critic
 * under a gradient penalty has no batch norm.
 */
export async function play(
  options: RunOptions,
  stepOf: (players: Players, steps: number) => TrainStep,
  { batchNorm = true } = {},
): Promise<void> {
  const { out, engine, batchSize } = options
  await mkdir(out, { recursive: true })
  const images = await digitData(options)
  say(`Data: ${thousands(images.train.length)} to train, ${thousands(images.test.length)} to compare with`)
  const judge = await trainedJudge(options, images)

  seed(options.seed)
  const [generator, discriminator] = [new DCGANGenerator({ depth: 3, modes: 20 }), new DCGANDiscriminator({ depth: 3, batchNorm })]
  const average = new Ema(generator, options.data === 'real' ? 0.999 : 0.9)
  const transform = toFloat({ fields: ['image'], mean: [0.5], std: [0.5] })
  const batches = loader(images.train, { batchSize, shuffle: true, dropLast: true, seed: options.seed, transform })
  const step = stepOf({ generator, discriminator, average }, batches.length * options.epochs)
  const noise = new Rng(1).normal([64, generator.latents])
  const made = async (z = noise) => {
    await toHost({ generator, average })
    return average.during(async () => toPictures(await drawSamples(generator, z, { engine })))
  }
  const film = new Film(() => made())
  const history = await train(options, { step, batches, callbacks: [film] })
  await film.save(join(out, 'training.gif'))
  await gallery(join(out, 'samples.png'), await made(), { columns: 8, title: 'Digits made of noise' })
  const walk = latentWalk(new Rng(2).normal([6, generator.latents]), { steps: 12, closed: true })
  await saveGif(join(out, 'walk.gif'), await made(walk), { delay: 60 })

  await average.during(async () => {
    const n = options.data === 'real' ? 5000 : 500
    say(`${thousands(n)} samples are drawn and scored`)
    const samples = await drawSamples(generator, new Rng(9).normal([n, generator.latents]), { engine })
    const { classes: _, ...scores } = await scoreSamples(samples, images, judge, engine)
    say(`\n${scoreText(scores)}\n`)
    const onnxMaxAbsDiff = await exportSampler(generator, join(out, 'generator.onnx'), [generator.latents])
    await report(options, history, { judgeAccuracy: judge.accuracy, ...scores, onnxMaxAbsDiff })
  })
  await judge.dispose()
}
