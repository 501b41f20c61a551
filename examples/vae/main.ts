// A variational autoencoder of digits: the text's with two latent numbers, and one with twenty whose bound is compared.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adam, evaluating, Rng, seed, toHost, Trainer, warmupCosine, type Tensor } from '@portolan/core'
import { loader, toFloat } from '@portolan/data/node'
import { exportSampler, Film, gallery } from '@portolan/example-generative-kit'
import { digitData, report, runOptions, say, thousands, train } from '@portolan/example-vision-kit'
import { latentPlane, latentWalk, toPictures, VAE, VAESampler, vaeStep } from '@portolan/generative'
import { saveGif } from '@portolan/generative/node'

const options = runOptions({
  description: 'Two variational autoencoders of digits, with 2 and with 20 latent numbers: trains, judges the bound, draws, exports.',
  name: 'vae',
  real: 'MNIST',
  batchSize: 128,
  epochs: [4, 24],
})
const { out, engine, batchSize } = options
await mkdir(out, { recursive: true })
const images = await digitData(options)
say(
  `Data: ${thousands(images.train.length)} to train, ${thousands(images.validation.length)} to validate, ${thousands(images.test.length)} to test`,
)
const transform = toFloat({ fields: ['image'] })

/** Each pixel is drawn black or white anew at every step, as the bound is that of binary pictures. */
async function learn(name: string, hidden: readonly number[], latents: number, epochs: number) {
  seed(options.seed)
  const model = new VAE({ hidden, latents })
  const batches = loader(images.train, { batchSize, shuffle: true, seed: options.seed, transform })
  const steps = batches.length * epochs
  const step = vaeStep({ model, optimizer: adam(1e-3, { schedule: warmupCosine(steps / 50, steps) }), binarize: true })
  const noise = new Rng(1).normal([64, latents])
  const made = async (z: Tensor) => toPictures(await (await toHost(model), evaluating(model, () => model.decode(z).sigmoid())))
  const film = new Film(() => made(noise))
  const judged = (set: typeof images.test) => loader(set, { batchSize: 250, transform })
  const history = await train(options, { step, batches, validation: judged(images.validation), part: name, epochs, callbacks: [film] })
  const judge = new Trainer({ step, ...(engine && { engine }), progress: false })
  const bound = await judge.evaluate(judged(images.test))
  await judge.dispose()
  say(`\n${name}: negative bound of the test set ${bound.loss!.toFixed(2)} nats, of them ${bound.kl!.toFixed(2)} KL\n`)

  await film.save(join(out, `${name}.gif`))
  await gallery(join(out, `${name}-samples.png`), await made(noise), { columns: 8, title: `Made of noise, ${latents} latent numbers` })
  for await (const { image } of loader(images.test.take(10), { batchSize: 10, transform })) {
    const again = await toPictures(await evaluating(model, () => model.forward(image)))
    await gallery(join(out, `${name}-reconstructions.png`), [...(await toPictures(image)), ...again], { columns: 10, title: 'Test digits, and what the model makes of them' }) // prettier-ignore
  }
  const walk = latentWalk(new Rng(2).normal([6, latents]), { steps: 12, closed: true })
  await saveGif(join(out, `${name}-walk.gif`), await made(walk), { delay: 60 })
  if (latents === 2)
    await gallery(join(out, `${name}-plane.png`), await made(latentPlane(16)), {
      columns: 16,
      title: 'The plane of the two latent numbers',
    })
  const onnxMaxAbsDiff = await exportSampler(new VAESampler(model), join(out, `${name}.onnx`), [latents])
  return { history, bound, onnxMaxAbsDiff }
}

const twenty = await learn('twenty', [512, 512], 20, options.epochs)
const two = await learn('two', [256, 128, 64, 32, 16], 2, Math.min(20, options.epochs))
await report(options, twenty.history, {
  testBound: twenty.bound.loss,
  testKl: twenty.bound.kl,
  textTestBound: two.bound.loss,
  textTestKl: two.bound.kl,
  textTrainSeconds: two.history.epochs.reduce((sum, e) => sum + (e.seconds ?? 0), 0),
  onnxMaxAbsDiff: Math.max(two.onnxMaxAbsDiff, twenty.onnxMaxAbsDiff),
})
