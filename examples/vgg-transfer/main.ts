// What a network has learned of some classes helps with others: pretrained on half of them, then 50 pictures of each of the rest.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HostRng, toHost, weights } from '@portolan/core'
import { saveWeights } from '@portolan/core/node'
import { cifarData, exportChecked, report, runOptions, say } from '@portolan/example-vision-kit'
import { learn, ofClasses, share, type Transferred } from './experiment.ts'

const options = runOptions({
  description:
    'A VGG pretrained on half of the classes, with a new head for the others, frozen and tuned: against the same network from nothing.',
  name: 'vgg-transfer',
  real: 'CIFAR-10',
  batchSize: 50,
  epochs: [20, 30],
})
const real = options.data === 'real'
const { out, engine, epochs } = options
await mkdir(out, { recursive: true })
const images = await cifarData(options, { count: 1000 })
const half = Math.ceil(images.classes.length / 2)
const numbers = images.classes.map((_, i) => i)
const [known, fresh] = [numbers.slice(0, half), numbers.slice(half)]
const names = (some: readonly number[]): string => some.map(i => images.classes[i]).join(', ')
const each = 50
say(`Pretrained on ${names(known)}; then ${each} pictures each of ${names(fresh)}`)

const pretrained = await learn(options, {
  part: 'pretraining',
  training: ofClasses(images.train, known),
  validation: ofClasses(images.validation, known),
  classes: known.length,
  rate: 2e-3,
  epochs: real ? 6 : 4,
  seed: options.seed,
})
say(
  `Pretrained: ${(100 * (await share(pretrained.model, ofClasses(images.test, known), engine))).toFixed(2)} % of the test pictures of its own classes`,
)
await toHost(pretrained.model)
const learned = weights(pretrained.model.backbone)
await saveWeights(pretrained.model, join(out, 'pretrained.safetensors'))

type Way = 'frozen' | 'tuned' | 'nothing'
const validation = ofClasses(images.validation, fresh, { most: 100 })
const test = ofClasses(images.test, fresh)
/** One run: which pictures it is given, and its start, follow from its number. */
async function run(
  way: Way,
  rate: number,
  number: number,
): Promise<{ validated: number; tested: number; model: Transferred; history: Awaited<ReturnType<typeof learn>>['history'] }> {
  const training = ofClasses(images.train, fresh, { most: each, order: new HostRng(number).permutation(images.train.length) })
  const start = way === 'nothing' ? {} : { learned, frozen: way === 'frozen' }
  const { model, history } = await learn(options, {
    part: `${way}-${rate}-${number}`,
    training,
    validation,
    classes: fresh.length,
    rate,
    epochs,
    seed: number,
    ...start,
  })
  return { model, history, validated: await share(model, validation, engine), tested: await share(model, test, engine) }
}

// All ways are tuned alike: the same rates on pictures of another seed, chosen by the validation set.
const rates = real ? [3e-4, 1e-3, 3e-3] : [1e-3]
const ways: readonly Way[] = ['frozen', 'tuned', 'nothing']
const chosen = {} as Record<Way, number>
for (const way of ways) {
  const tried = []
  for (const rate of rates) tried.push({ rate, ...(await run(way, rate, options.seed + 1000)) })
  const best = tried.reduce((a, b) => (b.validated > a.validated ? b : a))
  chosen[way] = best.rate
  say(`${way}: ${tried.map(t => `${(100 * t.validated).toFixed(2)} % with ${t.rate}`).join(', ')}`)
}

const seeds = Array.from({ length: real ? 5 : 1 }, (_, i) => options.seed + i)
const results: Record<Way, number[]> = { frozen: [], tuned: [], nothing: [] }
let shown: Awaited<ReturnType<typeof run>> | undefined
for (const number of seeds) {
  for (const way of ways) {
    const done = await run(way, chosen[way], number)
    results[way].push(done.tested)
    if (way === 'tuned') shown ??= done
  }
  say(`seed ${number}: ${ways.map(way => `${way} ${(100 * results[way].at(-1)!).toFixed(2)} %`).join(', ')}`)
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const means = Object.fromEntries(ways.map(way => [way, mean(results[way])])) as Record<Way, number>
const points = 100 * (means.tuned - means.nothing)
say(`\n${ways.map(way => `${way} ${(100 * means[way]).toFixed(2)} %`).join(', ')}: tuned is ${points.toFixed(2)} points over nothing`)

const onnxMaxAbsDiff = await exportChecked(shown!.model, join(out, 'model.onnx'), [3, 32, 32], { postprocess: scores => scores.softmax() })
await report(options, shown!.history, { ...means, points, results, chosen, seeds, onnxMaxAbsDiff })
