// What the scores of samples say of pictures whose worth is known: unseen digits, worse and worse ones, and what is none.
import { Command, Option } from 'commander'
import { conv2d, HostRng, Rng, tensor, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { digitData, say } from '@portolan/example-vision-kit'
import { trainedJudge } from './judge.ts'
import { scoreSamples, tensorOf } from './score-samples.ts'

const {
  data,
  seed,
  threads,
  count,
  judge: folder,
} = new Command('node examples/generative-kit/calibrate.ts')
  .description('Scores pictures whose worth is known as if a model had made them, and prints a table.')
  .addOption(new Option('--data <set>', 'generated: digits made by rule; real: MNIST').choices(['generated', 'real']).default('generated'))
  .option('--count <n>', 'pictures of each kind, at most as many as are unseen', Number, 5000)
  .option('--seed <n>', 'one seed, one result', Number, 42)
  .option('--threads <n>', 'threads that compute one op', Number, 2)
  .option('--judge <folder>', 'the classifier that scores: read from there, or trained and kept there', 'out/judge')
  .parse()
  .opts<{ data: 'generated' | 'real'; count: number; seed: number; threads: number; judge: string }>()
const engine = onnx({ threads })
const images = await digitData({ data, seed })
const judge = await trainedJudge({ data, seed, engine, judge: folder }, images)

const [rng, host] = [new Rng(seed), new HostRng(seed)]
const n = Math.min(count, images.validation.length)
const digits = tensorOf(images.validation.subset(host.permutation(images.validation.length).subarray(0, n))) // no model has learned them
/** Training digits at random, all of one class or of any. */
function trained(wanted?: number): Tensor {
  const among = Array.from(images.train.fields.label.data, (c, i) => (wanted === undefined || c === wanted ? i : -1)).filter(i => i >= 0)
  return tensorOf(images.train.subset(Array.from({ length: n }, () => among[host.integer(among.length)]!)))
}
/** By a normal distribution whose deviation is so many pixels. */
function blurred(deviation: number): Tensor {
  const bell = Array.from({ length: 13 }, (_, i) => Math.exp(-((i - 6) ** 2) / (2 * deviation ** 2)))
  const line = tensor(bell.map(v => v / bell.reduce((a, b) => a + b)))
  return conv2d(conv2d(digits, line.reshape([1, 1, 13, 1]), { padding: [6, 0] }), line.reshape([1, 1, 1, 13]), { padding: [0, 6] })
}
async function shuffled(): Promise<Tensor> {
  const pixels = await digits.data()
  const moved = Array.from({ length: n }, (_, i) => Array.from(host.permutation(784), p => pixels[784 * i + p]!))
  return tensor(Float32Array.from(moved.flat()), digits.shape)
}
const kinds: Readonly<Record<string, () => Tensor | Promise<Tensor>>> = {
  'unseen digits': () => digits,
  'noise of 0 … 1': () => rng.uniform(digits.shape),
  'pixels shuffled': shuffled,
  'one digit, again and again': () => digits.slice(0, 0, 1).broadcastTo(digits.shape),
  'training digits, ones only': () => trained(1),
  'training digits': () => trained(),
  'blurred by 1 pixel': () => blurred(1),
  'blurred by 2 pixels': () => blurred(2),
}

say(`\n${n} of each kind beside as many test digits\n`)
say('| pictures | sure by 0.9 | precision | recall | Fréchet | nearest |\n| --- | --- | --- | --- | --- | --- |')
for (const [name, make] of Object.entries(kinds)) {
  const { confident, precision, recall, frechet, nearest } = await scoreSamples(await make(), images, judge, engine)
  const figures = [
    `${(100 * confident).toFixed(1)} %`,
    ...[precision, recall].map(v => v.toFixed(3)),
    frechet.toFixed(2),
    nearest.toFixed(2),
  ]
  say(`| ${[name, ...figures].join(' | ')} |`)
}
await judge.dispose()
