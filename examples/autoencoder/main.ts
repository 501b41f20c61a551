// Two autoencoders of digits, dense and convolutional: how well few numbers keep a picture.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  adam,
  binaryCrossEntropy,
  compile,
  evaluating,
  mse,
  seed,
  supervised,
  toHost,
  warmupCosine,
  type Module,
  type Tensor,
} from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { gallery } from '@portolan/example-generative-kit'
import { digitData, exportChecked, report, runOptions, say, train } from '@portolan/example-vision-kit'
import { ConvAutoencoder, DenseAutoencoder, psnr, ssim, toPictures } from '@portolan/generative'

const options = runOptions({
  description: 'A dense and a convolutional autoencoder of digits: trains both, measures PSNR and SSIM on unseen digits, draws, exports.',
  name: 'autoencoder',
  real: 'MNIST',
  batchSize: 128,
  epochs: [3, 15],
})
const { out, engine, batchSize } = options
await mkdir(out, { recursive: true })
const images = await digitData(options)
const transform = toFloat({ fields: ['image'] })

async function learn(name: string, make: () => Module & { forward(x: Tensor): Tensor }) {
  seed(options.seed)
  const model = make()
  const batches = loader(images.train, { batchSize, shuffle: true, seed: options.seed, transform })
  const steps = batches.length * options.epochs
  const optimizer = adam(2e-3, { schedule: warmupCosine(steps / 20, steps) })
  // with the mean squared error the convolutional one ends in black pictures: its sigmoid is at 0 before it has learned anything else
  const step = supervised({ model, loss: binaryCrossEntropy, metrics: { mse }, optimizer, input: 'image', target: 'image' })
  const history = await train(options, { step, batches, validation: loader(images.validation, { batchSize: 250, transform }), part: name })
  await toHost(model)
  const judge = compile((x: Tensor) => ({ y: model.forward(x), psnr: psnr(model.forward(x), x), ssim: ssim(model.forward(x), x) }), {
    engine,
  })
  const sums = { psnr: 0, ssim: 0 }
  for await (const { image } of loader(images.test, { batchSize: 250, transform })) {
    const found = await evaluating(model, () => judge(image))
    for (const key of ['psnr', 'ssim'] as const) sums[key] += (await found[key].sum().item()) / images.test.length
  }
  await judge.dispose()
  say(`\n${name}: ${sums.psnr.toFixed(2)} dB, SSIM ${sums.ssim.toFixed(4)} on the test set\n`)
  for await (const { image } of loader(images.test.take(10), { batchSize: 10, transform })) {
    const again = await toPictures(await evaluating(model, () => model.forward(image)))
    await gallery(join(out, `${name}-reconstructions.png`), [...(await toPictures(image)), ...again], { columns: 10, title: 'Test digits, and what is left of them' }) // prettier-ignore
  }
  const onnxMaxAbsDiff = await exportChecked(model, join(out, `${name}.onnx`), [1, 28, 28])
  return { history, ...sums, onnxMaxAbsDiff }
}

const dense = await learn('dense', () => new DenseAutoencoder({ code: 32 }))
const conv = await learn('conv', () => new ConvAutoencoder()) // a code of 4 × 7 × 7
await report(options, conv.history, {
  densePsnr: dense.psnr,
  denseSsim: dense.ssim,
  convPsnr: conv.psnr,
  convSsim: conv.ssim,
  onnxMaxAbsDiff: Math.max(dense.onnxMaxAbsDiff, conv.onnxMaxAbsDiff),
})
