// Holes in digits, filled by a context encoder, beside the smoothest filling there is.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adam, compile, concat, evaluating, Rng, seed, toHost, warmupCosine, type Tensor } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { gallery } from '@portolan/example-generative-kit'
import { digitData, report, runOptions, say, train } from '@portolan/example-vision-kit'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { ContextEncoder, harmonicFill, holeError, inpaintStep, randomHoles, toPictures } from '@portolan/generative'

const options = runOptions({
  description: 'A context encoder fills holes in digits: trains, compares with harmonic filling on unseen digits, draws, exports.',
  name: 'inpainting',
  real: 'MNIST',
  batchSize: 128,
  epochs: [3, 8],
})
const { out, engine, batchSize } = options
await mkdir(out, { recursive: true })
const images = await digitData(options)
const transform = toFloat({ fields: ['image'] })
seed(options.seed)
const model = new ContextEncoder({ width: options.data === 'real' ? 32 : 12 })
const batches = loader(images.train, { batchSize, shuffle: true, seed: options.seed, transform })
const steps = batches.length * options.epochs
const holes = [8, 14] as const
const step = inpaintStep({ model, optimizer: adam(2e-3, { schedule: warmupCosine(steps / 20, steps) }), holes })
const history = await train(options, { step, batches, validation: loader(images.validation, { batchSize: 250, transform }) })

// Every filling of the same holes, by the mean squared error in them alone.
await toHost(model)
const fill = compile((x: Tensor, known: Tensor) => model.forward(x, known), { engine })
const rng = new Rng(4)
const errors = { learned: 0, harmonic: 0 }
let shown: Tensor | undefined
const test = images.test.take(1000)
for await (const { image } of loader(test, { batchSize: 250, transform })) {
  const known = randomHoles(rng, image.shape, holes)
  const [learned, harmonic] = [(await evaluating(model, () => fill(image, known))).clip(0, 1), await harmonicFill(image, known)]
  const share = image.shape[0]! / test.length
  errors.learned += share * holeError(learned, image, known).itemSync()
  errors.harmonic += share * holeError(harmonic, image, known).itemSync()
  shown ??= concat([image.mul(known), harmonic, learned, image].map(x => x.slice(0, 0, 10)))
}
await fill.dispose()
const [learnedPsnr, harmonicPsnr] = [errors.learned, errors.harmonic].map(e => -10 * Math.log10(e)) as [number, number]
say(`\nIn the holes of ${test.length} test digits: learned ${learnedPsnr.toFixed(2)} dB, harmonic ${harmonicPsnr.toFixed(2)} dB: ${(learnedPsnr - harmonicPsnr).toFixed(2)} dB more\n`) // prettier-ignore
await gallery(join(out, 'fillings.png'), await toPictures(shown!), {
  columns: 10,
  title: 'Holes; filled smoothly; by the network; what was there',
})
const ports = { image: ['n', 1, 28, 28], known: ['n', 1, 28, 28] }
await exportOnnx(model, ports, { file: join(out, 'model.onnx') })
const { maxAbsDiff } = await verify(model, join(out, 'model.onnx'), ports, { sizes: [1, 3], tolerance: 1e-4 })
await report(options, history, { learnedPsnr, harmonicPsnr, onnxMaxAbsDiff: maxAbsDiff })
