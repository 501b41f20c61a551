// A DCGAN that is told which digit to draw.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adam, Ema, Rng, seed, toHost } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { drawSamples, Film, gallery, scoreSamples, scoreText, trainedJudge } from '@portolan/example-generative-kit'
import { digitData, report, runOptions, say, thousands, train } from '@portolan/example-vision-kit'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { DCGANDiscriminator, DCGANGenerator, ganStep, toPictures } from '@portolan/generative'

const options = runOptions({
  description:
    'A conditional DCGAN draws the digit that it is asked for: trains both players, lets a classifier read what they draw, exports.',
  name: 'conditional-gan',
  real: 'MNIST',
  batchSize: 64,
  epochs: [10, 10],
  judged: true,
})
const { out, engine, batchSize } = options
await mkdir(out, { recursive: true })
const images = await digitData(options)
const judge = await trainedJudge(options, images)

seed(options.seed)
const [generator, discriminator] = [
  new DCGANGenerator({ classes: 10, depth: 3 }),
  new DCGANDiscriminator({ classes: 10, depth: 3, batchNorm: true }),
]
const average = new Ema(generator, options.data === 'real' ? 0.999 : 0.9)
const rule = () => adam(2e-4, { betas: [0.5, 0.999] })
const optimizers = { generator: rule(), discriminator: rule() }
const step = ganStep({ generator, discriminator, optimizers, average, label: 'label', realTarget: 0.9 })
const transform = toFloat({ fields: ['image'], mean: [0.5], std: [0.5] })
const batches = loader(images.train, { batchSize, shuffle: true, dropLast: true, seed: options.seed, transform })
const noise = new Rng(1).normal([80, generator.latents])
const inTurn = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i % 10)
const made = async () => {
  await toHost({ generator, average })
  return average.during(async () => toPictures(await drawSamples(generator, noise, { engine, label: inTurn(80) })))
}
const film = new Film(made, 10)
const history = await train(options, { step, batches, callbacks: [film] })
await film.save(join(out, 'training.gif'))
await gallery(join(out, 'samples.png'), await made(), { columns: 10, title: 'Digits asked for: 0 … 9' })

await average.during(async () => {
  const n = options.data === 'real' ? 5000 : 500
  const label = inTurn(n)
  say(`${thousands(n)} samples are drawn and scored`)
  const samples = await drawSamples(generator, new Rng(9).normal([n, generator.latents]), { engine, label })
  const { classes, ...scores } = await scoreSamples(samples, images, judge, engine)
  const right = classes.filter((c, i) => c === label[i]).length / n
  say(`\n${scoreText(scores)}\nthe digit asked for: ${(100 * right).toFixed(2)} %\n`)
  const ports = { z: ['n', generator.latents], label: { shape: ['n'], dtype: 'int32' } } as const
  const file = join(out, 'generator.onnx')
  await exportOnnx(generator, ports, { file })
  const { maxAbsDiff } = await verify(generator, file, ports, { sizes: [1, 3], tolerance: 1e-4, below: { label: 10 } })
  await report(options, history, { judgeAccuracy: judge.accuracy, asAsked: right, ...scores, onnxMaxAbsDiff: maxAbsDiff })
})
await judge.dispose()
