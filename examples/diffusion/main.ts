// A denoising diffusion model of digits, sampled by DDIM with guidance, that also fills holes it never learned to fill.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adam, concat, Ema, Rng, seed, tensor, toHost, warmupCosine, zeros, type Tensor } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { exportSampler, Film, findKinds, gallery, scoreSamples, scoreText, trainedJudge } from '@portolan/example-generative-kit'
import { digitData, report, runOptions, say, thousands, train } from '@portolan/example-vision-kit'
import {
  cosineNoise,
  DDIMSampler,
  diffusionStep,
  DiffusionUNet,
  GuidedDenoiser,
  repaint,
  randomHoles,
  sampleDdim,
  tile,
  toPictures,
  VelocityDenoiser,
} from '@portolan/generative'
import { saveGif } from '@portolan/generative/node'

const options = runOptions({
  description:
    'A diffusion model draws digits: trains a small U-Net, samples by DDIM in 50 steps, scores, fills holes, exports the sampler.',
  name: 'diffusion',
  real: 'MNIST',
  batchSize: 64,
  epochs: [6, 7],
  judged: true,
})
const { out, engine, batchSize, data } = options
const real = data === 'real'
await mkdir(out, { recursive: true })
const images = await digitData(options)
say(`Data: ${thousands(images.train.length)} to train, ${thousands(images.test.length)} to compare with`)
const judge = await trainedJudge(options, images)

// Nobody says which digit is which, but the network is told kinds as k-means finds them; the last class stands for none.
const kinds = await findKinds(images.train, real ? 50 : 10, options)
const none = kinds.count
const schedule = cosineNoise(1000)
seed(options.seed)
// patches of 2 × 2 pixels: maps of 14 × 14 and 7 × 7 places
const unet = new DiffusionUNet({ width: real ? 32 : 16, multipliers: [1, 2], patch: 2, classes: kinds.count + 1 })
const model = new VelocityDenoiser(unet, schedule)
const guided = new GuidedDenoiser(model, { weight: 0.75, none })
const average = new Ema(model, real ? 0.999 : 0.99)
const transform = toFloat({ fields: ['image'], mean: [0.5], std: [0.5] })
const batches = loader(kinds.told, { batchSize, shuffle: true, dropLast: true, seed: options.seed, transform })
const steps = batches.length * options.epochs
const optimizer = adam(1e-3, { schedule: warmupCosine(Math.min(100, steps / 10), steps) })
const step = diffusionStep({ model, schedule, optimizer, average, label: 'kind', withoutLabel: { share: 0.1, none } })
const noise = new Rng(1).normal([64, 1, 28, 28])
const given = engine ? { engine } : {}
const drawn = async (from: Tensor, onStep?: (x: Tensor) => Promise<void>, which = 1) => {
  await toHost({ model, average })
  const label = tensor(kinds.draw(from.shape[0]!, which))
  return average.during(() => sampleDdim(guided, schedule, from, { steps: real ? 50 : 20, label, ...given, ...(onStep && { onStep }) }))
}
const range = { range: [-1, 1] as const }
const film = new Film(async () => toPictures(await drawn(noise), range))
const history = await train(options, { step, batches, callbacks: [film] })
await film.save(join(out, 'training.gif'))

const way: Tensor[] = []
const last = await drawn(noise, async x => void way.push(x))
await gallery(join(out, 'samples.png'), await toPictures(last, range), { columns: 8, title: 'Digits made of noise by DDIM' })
const frames = await Promise.all(way.map(async x => tile(await toPictures(x, range), { columns: 8, scale: 2 })))
await saveGif(join(out, 'denoising.gif'), frames, { delay: 80, last: 2000 })

// Holes: what the model makes of digits of which a part is missing.
for await (const { image } of loader(images.test.take(10), { batchSize: 10, transform })) {
  const known = randomHoles(new Rng(3), image.shape, [10, 14])
  const label = zeros([image.shape[0]!], 'int32').add(none)
  const whole = await average.during(() =>
    repaint(model, schedule, image, known, { steps: real ? 50 : 10, resample: real ? 5 : 2, label, ...given }),
  )
  const shown = [image.mul(known), whole, image]
  await gallery(join(out, 'holes.png'), await toPictures(concat(shown), range), { columns: 10, title: 'Holes, what the model fills them with, what was there' }) // prettier-ignore
}

const n = real ? 5000 : 200
say(`${thousands(n)} samples are drawn and scored`)
const parts: Tensor[] = []
for (let from = 0; from < n; from += 250) {
  const part = await drawn(new Rng(100 + from).normal([Math.min(250, n - from), 1, 28, 28]), undefined, 100 + from)
  parts.push(tensor((await part.data()).map(v => (v + 1) / 2), part.shape)) // prettier-ignore
}
const { classes: _, ...scores } = await scoreSamples(concat(parts), images, judge, engine)
say(`\n${scoreText(scores)}\n`)
await toHost({ model, average })
await average.during(async () => {
  const sampler = new DDIMSampler(guided, schedule, { steps: real ? 50 : 10 })
  // what one step rounds, fifty more build upon; a level of grey is 8e-3
  const tolerance = real ? 1e-3 : 1e-4
  const onnxMaxAbsDiff = await exportSampler(sampler, join(out, 'sampler.onnx'), [1, 28, 28], { tolerance, kinds: kinds.count })
  await report(options, history, { judgeAccuracy: judge.accuracy, ...scores, onnxMaxAbsDiff })
})
await judge.dispose()
