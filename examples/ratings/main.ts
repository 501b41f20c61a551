// Learns what ratings have in common, on five splits, beside a model of biases alone; exports the last one and recommends.
import { join } from 'node:path'
import { Option } from 'commander'
import {
  adamW,
  exponentialDecay,
  mse,
  seed,
  sgd,
  supervised,
  tensor,
  Trainer,
  type Module,
  type Optimizer,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { kFold, latentRatings, loader } from '@portolan/data'
import { movieLens } from '@portolan/data/node'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { MatrixFactorization, NeuralCollaborativeFiltering } from '@portolan/nlp'
import { command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'

const kinds = ['factors', 'neural'] as const
const options = command(
  'ratings',
  'Learns ratings by factors or a small network, on five splits, beside a model of biases alone.',
  ['tastes', 'movielens'],
  256,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('factors'))
  .option('--splits <n>', 'how many of the five splits', positive, 5)
  .option('--dim <n>', 'numbers that describe a user, and a film (default: factors 64, neural 16)', positive)
  .option('--decay <λ>', 'penalty, or weight decay of the neural model (default: 0.08, 0.01)', Number)
  .option('--rate <r>', 'learning rate, of factors for each rating (default: 0.015, neural 0.002)', Number)
  .option('--fall <f>', 'what the rate is multiplied by in each epoch', Number, 0.95)
  .parse()
  .opts<CommonOptions & { model: (typeof kinds)[number]; splits: number; dim?: number; decay?: number; rate?: number; fall: number }>()

const started = performance.now()
await prepare(options)
const ratings =
  options.data === 'movielens' ? (await movieLens()).data : latentRatings({ users: 80, items: 120, ratings: 5_000, seed: options.seed })
const { user, item } = ratings.fields
const [users, items] = [user, item].map(({ data }) => Math.max(...data) + 1) as [number, number]
console.log(`Data: ${options.data}, ${ratings.length.toLocaleString('en-US')} ratings by ${users} users of ${items} items`)
const folds = kFold(ratings.length, { folds: 5, seed: options.seed })

type Model = Module & { forward(user: Tensor, item: Tensor): Tensor }
const epochs = options.epochs ?? (options.model === 'neural' ? 12 : 25)

/** Factors by plain gradient descent, a rate for each rating, and a penalty for each as in the paper; the network by AdamW. */
function stepOf(model: Model, steps: number): TrainStep {
  const { rate, decay, fall, batchSize } = options
  const schedule = exponentialDecay(fall ** (1 / steps))
  const judged = (optimizer: Optimizer) => supervised({ model, loss: mse, optimizer, input: ['user', 'item'], target: 'rating' })
  if (!(model instanceof MatrixFactorization)) return judged(adamW(rate ?? 2e-3, { weightDecay: decay ?? 0.01, schedule }))
  const optimizer = sgd((rate ?? 0.015) * batchSize, { schedule })
  return {
    ...judged(optimizer),
    train: ({ user, item, rating }) =>
      optimizer.minimize(model, () => {
        const loss = mse(model.forward(user!, item!), rating!)
        return { loss: loss.add(model.penalty(user!, item!).mul(decay ?? 0.08)), mse: loss }
      }),
  }
}

/** One of the five parts is the test set, a twentieth of the others validates. */
const parts = folds.map(({ train: rest, test }) => {
  const [validation, train] = ratings.subset(rest).split(0.05, options.seed)
  return { train, validation, test: ratings.subset(test) }
})

async function learn(make: (mean: number) => Model, { train, validation, test }: (typeof parts)[number]) {
  seed(options.seed)
  const model = make([...train.fields.rating.data].reduce((sum, r) => sum + r, 0) / train.length)
  const batches = loader(train, { batchSize: options.batchSize, shuffle: true, seed: options.seed })
  const step = stepOf(model, batches.length)
  const best = new KeepBest(model, 'loss', 'min')
  const trainer = new Trainer({ step, ...engineOf(options), callbacks: [best], progress: false })
  const history = await trainer.fit(batches, { epochs, validation: loader(validation, { batchSize: 4096 }) })
  best.putBack()
  const { loss } = await trainer.evaluate(loader(test, { batchSize: 4096 }))
  await trainer.dispose()
  return { model, history, figures: { rmse: Math.sqrt(loss!), validation: Math.sqrt(best.value), epoch: best.epoch } }
}

const factors = (dim: number) => (mean: number) => new MatrixFactorization({ users, items, dim, mean })
const neural = (mean: number): Model => {
  const model = new NeuralCollaborativeFiltering({ users, items, dim: options.dim ?? 16, dropout: 0.2 })
  model.out.bias!.value = tensor([mean])
  return model
}
const results: { biases: object; learned: object; gain: number }[] = []
let last: Awaited<ReturnType<typeof learn>> | undefined
for (const [i, part] of parts.slice(0, options.splits).entries()) {
  const { figures: biases } = await learn(factors(0), part)
  last = await learn(options.model === 'neural' ? neural : factors(options.dim ?? 64), part)
  const { figures: learned } = last
  const gain = biases.rmse - learned.rmse
  results.push({ biases, learned, gain })
  const tell = ({ rmse, validation, epoch }: typeof learned) => `${rmse.toFixed(4)} (validation ${validation.toFixed(4)}, epoch ${epoch})`
  console.log(`Split ${i + 1}: RMSE ${tell(learned)}, biases alone ${tell(biases)}: ${gain.toFixed(4)} less`)
}
const { model, history } = last!
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const file = join(options.out, 'model.onnx')
const ports = { user: { shape: ['n'], dtype: 'int32' }, item: { shape: ['n'], dtype: 'int32' } } as const
await exportOnnx(model, ports, { file })
const { maxAbsDiff } = await verify(model, file, ports)

// Recommend: the items that the first user has not rated, best first.
const onnx = await OnnxModel.load(file)
const rated = new Set<number>(item.data.filter((_, i) => user.data[i] === 0))
const open = Int32Array.from({ length: items }, (_, i) => i).filter(i => !rated.has(i))
const scores = await (await onnx.predict({ user: tensor(new Int32Array(open.length)), item: tensor(open) })).output!.data()
const top = [...open.keys()].toSorted((a, b) => scores[b]! - scores[a]!).slice(0, 5)
console.log(`For the first user: ${top.map(k => `item ${open[k]} (${scores[k]!.toFixed(2)})`).join(', ')}`)
const seconds = (performance.now() - started) / 1000
console.log(
  `Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}. All of it took ${seconds.toFixed(1)} s.`,
)
await report(options, { model: options.model, results, onnxMaxAbsDiff: maxAbsDiff, seconds })
await onnx.dispose()
